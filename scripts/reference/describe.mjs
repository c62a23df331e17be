// Describes an export: its kind, docstring, declaration and members, as text.
import ts from 'typescript-api';

/** Returns the description of an export. */
export function describe(checker, { symbol }) {
  const [declaration] = symbol.declarations;
  const kind = kindOf(declaration);
  return {
    kind,
    text: docOf(checker, symbol),
    declaration: declarationOf(declaration, kind),
    members: membersOf(checker, declaration),
    sourceFile: declaration.getSourceFile().fileName,
  };
}

const KINDS = [
  [ts.isClassDeclaration, 'class'],
  [ts.isInterfaceDeclaration, 'interface'],
  [ts.isFunctionDeclaration, 'function'],
  [ts.isTypeAliasDeclaration, 'type'],
  [ts.isVariableDeclaration, 'constant'],
];

function kindOf(declaration) {
  return KINDS.find(([is]) => is(declaration))?.[1] ?? 'namespace';
}

function docOf(checker, symbol) {
  return inOneLine(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
}

function inOneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Declaration without docstrings, private parts and the members that a table lists. */
function declarationOf(declaration, kind) {
  if (kind === 'class' || kind === 'interface') return headOf(declaration, kind);
  const node = kind === 'constant' ? declaration.parent.parent : declaration;
  return withoutComments(node.getText().replace(/^export (?:declare )?/, ''));
}

function headOf(declaration, kind) {
  const { typeParameters = [], heritageClauses = [] } = declaration;
  const parameters = typeParameters.length > 0 ? `<${textsOf(typeParameters)}>` : '';
  const heritage = heritageClauses.map((clause) => ` ${clause.getText()}`).join('');
  const constructors = (declaration.members ?? []).filter(ts.isConstructorDeclaration);
  const head = `${kind} ${declaration.name.text}${parameters}${heritage}`;
  const creation = constructors.map((each) =>
    withoutComments(each.getText()).replace('constructor', `new ${declaration.name.text}`),
  );
  return [head, ...creation].join('\n');
}

function textsOf(nodes) {
  return nodes.map((node) => node.getText()).join(', ');
}

function withoutComments(text) {
  return text
    .replaceAll(/\/\*\*[\s\S]*?\*\/\s*/g, '')
    .replaceAll(/^ {4}/gm, '  ')
    .trim();
}

/** Returns the members of a class or an object type, and those that it inherits from other types of this repository. */
function membersOf(checker, declaration) {
  const own = nodesOf(declaration);
  const names = new Set(own.map((node) => node.name.getText()));
  const inherited = parentsOf(checker, declaration).filter(({ name }) => !names.has(name));
  return [...own.map((node) => memberOf(checker, node)), ...inherited];
}

function nodesOf(declaration) {
  const { members = [] } = ts.isTypeAliasDeclaration(declaration) ? declaration.type : declaration;
  return members.filter(({ name }) => name && !ts.isPrivateIdentifier(name));
}

function parentsOf(checker, { heritageClauses = [] }) {
  return heritageClauses
    .filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
    .flatMap((clause) => clause.types)
    .flatMap((type) => checker.getTypeAtLocation(type).getProperties())
    .flatMap(({ declarations = [] }) => declarations.slice(0, 1))
    .filter((node) => !node.getSourceFile().fileName.includes('/node_modules/'))
    .map((node) => memberOf(checker, node));
}

function memberOf(checker, node) {
  const symbol = documentedSymbol(checker, node);
  const defaultTag = symbol.getJsDocTags(checker).find(({ name }) => name === 'default');
  const isMethod = ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
  return {
    name: node.name.getText(),
    type: typeOf(checker, node, symbol),
    text: docOf(checker, symbol),
    optional: node.questionToken !== undefined,
    isMethod: isMethod || isMethodSymbol(symbol),
    ...(defaultTag && { default: inOneLine(ts.displayPartsToString(defaultTag.text)) }),
  };
}

/** A member such as `enqueue: Sending['enqueue']` has the docstring of the member that it refers to. */
function documentedSymbol(checker, node) {
  const own = checker.getSymbolAtLocation(node.name);
  const { type } = node;
  if (!type || !ts.isIndexedAccessTypeNode(type) || !ts.isLiteralTypeNode(type.indexType))
    return own;
  const property = checker
    .getTypeFromTypeNode(type.objectType)
    .getProperty(type.indexType.literal.text);
  return property ?? own;
}

function isMethodSymbol(symbol) {
  return (symbol.flags & ts.SymbolFlags.Method) !== 0;
}

/** Type as written, or signature without its name. */
function typeOf(checker, node, symbol) {
  const [declaration = node] = symbol.declarations ?? [];
  const isMethod = ts.isMethodDeclaration(declaration) || ts.isMethodSignature(declaration);
  if (isMethod) {
    const text = withoutComments(declaration.getText());
    return text
      .slice(text.search(/[<(]/))
      .replaceAll(/\(\s*this: void(?:, )?/g, '(')
      .replace(/;$/, '');
  }
  const { type } = declaration;
  const text = type ? type.getText() : checker.typeToString(checker.getTypeOfSymbol(symbol));
  return withoutComments(text);
}
