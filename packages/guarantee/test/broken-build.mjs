// Breaks one rule of the queue's scripts, or of the code of workers, as BROKEN says: what tries the promises has to
// notice. A bundle calls these functions where the code in question is defined.

/** Makes a function of the scripts do something first: it may return at once, or change its parameters. */
const first = (name, lua) => [
  new RegExp(`local function ${name}\\([^)]*\\)`, 'g'),
  (head) => `${head} ${lua}\n`,
];

/** Which scripts lose the rule, null for all, and what takes its place. Functions outlive a change of their bodies. */
const BREAKS = {
  fencing: ['settle', 'token == ARGV[at + 1] and', 'token and'],
  answers: [null, ...first('earlier_answer', 'if true then return nil end')],
  window: ['enqueue', ...first('first_slot', 'limit = limit + 1')],
  days: [
    'enqueue',
    ...first(
      'judge_rate',
      'limits = setmetatable({day = limits.day and limits.day + 1}, {__index = limits})',
    ),
  ],
  charging: [
    'enqueue',
    'local date = day_of(slot)',
    'book(item.tenant, 100, slot) local date = day_of(slot)',
  ],
  tags: [null, /math\.max\(virtual, (tag|tonumber\(tag or '0'\))\)/g, '0'],
  reclaim: ['tick', ...first('may_reclaim', 'if true then return false end')],
  outage: ['tick', ...first('may_reclaim', 'if true then return true end')],
  weights: [null, 'tag + charge / load.weight', 'tag + 1'],
  time: ['claim', 'if shares_time then', 'if false then'],
  wake: ['enqueue', "redis.call('LPUSH', wake, '1')", "redis.call('EXISTS', wake)"],
  keys: ['enqueue', "idempotency .. tenant .. ':' .. its.once", 'idempotency .. its.once'],
  callbacks: ['settle', "if ending.callback ~= '' then", 'if false then'],
  floor: ['claim', ...first('next_tier', 'floor = 0')],
};

/** What is broken in the code of workers. */
const OUTSIDE_SCRIPTS = ['health', 'results'];

const { BROKEN = '' } = process.env;

/** Names of the rules of scripts that can be broken. */
export const BREAKABLE_RULES = Object.keys(BREAKS);

/** Throws for a name that is unknown, and for a rule that a chosen script does not contain. */
export function breakScripts(scripts, broken = BROKEN) {
  if (OUTSIDE_SCRIPTS.includes(broken)) return;
  if (!Object.hasOwn(BREAKS, broken)) {
    throw new Error(
      `Cannot break "${broken}": there are ${[...OUTSIDE_SCRIPTS, ...BREAKABLE_RULES].join(', ')}`,
    );
  }
  const [script, from, to] = BREAKS[broken];
  const chosen = script === null ? Object.values(scripts) : [scripts[script]];
  const before = chosen.map(({ lua }) => lua);
  for (const each of chosen) each.lua = each.lua.replaceAll(from, to);
  if (chosen.some(({ lua }, at) => lua !== before[at])) return;
  throw new Error(`Cannot break "${broken}": no script contains "${String(from)}" any more`);
}

export function breakHealth(BaseWorker) {
  if (BROKEN === 'health') BaseWorker.prototype.health = async () => ({ status: 'ok' });
}

/** Settlements fail together. */
export function breakSettling(Settler) {
  if (BROKEN !== 'results') return;
  const { begin } = Settler.prototype;
  Settler.prototype.begin = async function (settlements) {
    const round = await begin.call(this, settlements);
    const refusal = [...round.answers.values()].find((answer) => answer.refused);
    if (refusal) throw refusal.refused;
    return round;
  };
}
