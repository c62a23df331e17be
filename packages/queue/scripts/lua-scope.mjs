// Finds the names that the top-level statements of a Lua chunk declare, and those they use without declaring them.

/**
 * Returns, per top-level statement, the names it declares and its uses of names that no inner scope binds. A use has a name,
 * a line, and whether it assigns.
 */
export function statementsOf(chunk) {
  return chunk.body.map((node) => {
    const scope = { names: new Set(), outer: undefined, uses: [] };
    visit(node, scope);
    return { node, declares: [...scope.names], uses: scope.uses };
  });
}

const isBound = (scope, name) =>
  scope !== undefined && (scope.names.has(name) || isBound(scope.outer, name));

function visit(node, scope) {
  const special = VISITS[node.type];
  if (special) special(node, scope);
  else for (const child of childrenOf(node)) visit(child, scope);
}

const childrenOf = (node) =>
  Object.values(node)
    .flat()
    .filter((value) => typeof value?.type === 'string');

function visitBlock(nodes, outer, names = []) {
  const scope = { names: new Set(names), outer, uses: outer.uses };
  for (const node of nodes) visit(node, scope);
}

const namesOf = (nodes) => nodes.flatMap(({ name }) => name ?? []);

function use({ name, loc }, scope, assigns) {
  if (!isBound(scope, name)) scope.uses.push({ name, line: loc.start.line, assigns });
}

function assign(target, scope) {
  if (target.type === 'Identifier') use(target, scope, true);
  else visit(target, scope);
}

/** Nodes that need more than a visit of each child. */
const VISITS = {
  Identifier: (node, scope) => use(node, scope, false),
  MemberExpression: (node, scope) => visit(node.base, scope),
  TableKeyString: (node, scope) => visit(node.value, scope),
  LocalStatement({ variables, init }, scope) {
    for (const value of init) visit(value, scope);
    for (const name of namesOf(variables)) scope.names.add(name);
  },
  AssignmentStatement({ variables, init }, scope) {
    for (const value of init) visit(value, scope);
    for (const target of variables) assign(target, scope);
  },
  FunctionDeclaration({ identifier, isLocal, parameters, body }, scope) {
    if (isLocal) scope.names.add(identifier.name);
    else if (identifier) assign(identifier, scope);
    const self = identifier?.indexer === ':' ? ['self'] : [];
    visitBlock(body, scope, [...self, ...namesOf(parameters)]);
  },
  ForNumericStatement({ variable, start, end, step, body }, scope) {
    for (const value of [start, end, step]) if (value) visit(value, scope);
    visitBlock(body, scope, [variable.name]);
  },
  ForGenericStatement({ variables, iterators, body }, scope) {
    for (const value of iterators) visit(value, scope);
    visitBlock(body, scope, namesOf(variables));
  },
  WhileStatement({ condition, body }, scope) {
    visit(condition, scope);
    visitBlock(body, scope);
  },
  RepeatStatement: ({ condition, body }, scope) => visitBlock([...body, condition], scope),
  DoStatement: ({ body }, scope) => visitBlock(body, scope),
  IfStatement({ clauses }, scope) {
    for (const { condition, body } of clauses) {
      if (condition) visit(condition, scope);
      visitBlock(body, scope);
    }
  },
};
