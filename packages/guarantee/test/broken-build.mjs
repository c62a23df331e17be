// Breaks the rule named by BROKEN in the scripts of the queue or in the code of workers; the tests of the promises must
// detect it. A breakable bundle calls these functions in the modules that define the code.

/** Inserts code at the start of a Lua function: it may return early or change the parameters. */
const first = (name, lua) => [
  new RegExp(`local function ${name}\\([^)]*\\)`, 'g'),
  (head) => `${head} ${lua}\n`,
];

/** Script to change (null for all), text to replace, and its replacement. Function names are stable against edits of their bodies. */
const BREAKS = {
  fencing: ['settle', 'token ~= ARGV[at + 1] or', 'not token or'],
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
  // Extends the leases of dead workers: if they stayed due, workers would run one tick after another.
  reclaim: [
    'tick',
    'if may_reclaim() then',
    "for _, id in ipairs(late) do redis.call('ZADD', active, now + 3600000, id) end if false then",
  ],
  outage: ['tick', ...first('may_reclaim', 'if true then return true end')],
  weights: [null, 'tag + charge / load.weight', 'tag + 1'],
  time: ['claim', 'if shares_time then', 'if false then'],
  wake: ['enqueue', "redis.call('LPUSH', wake, '1')", "redis.call('EXISTS', wake)"],
  keys: ['enqueue', "idempotency .. tenant .. ':' .. its.once", 'idempotency .. its.once'],
  callbacks: [
    'settle',
    "if ending.callback ~= '' and ending.callback ~= TOLD then",
    'if false then',
  ],
  words: ['cancel', ...first('send_word', 'if true then return end')],
  renewals: ['renew', 'is_marked(text) and HELD_MARKED', 'false and HELD_MARKED'],
  children: ['cancel', ...first('cancel_children', 'if true then return end')],
  chunks: [
    'emit',
    'writes[#writes + 1] = item',
    'if item.last % 7 > 0 then writes[#writes + 1] = item end',
  ],
  ends: [null, ...first('end_stream', 'if true then return end')],
  journal: ['recall', "redis.call('HGETALL', journal .. id)", '{}'],
  sequences: ['enqueue', 'if joining.is_new and #joining == 0 then', 'if true then'],
  leads: ['settle', ...first('run_later', 'leave_sequence(id)')],
  floor: ['claim', ...first('next_tier', 'floor = 0')],
};

/** Rules in the code of workers. */
const OUTSIDE_SCRIPTS = ['health', 'results', 'restarts', 'rows', 'recording'];

const { BROKEN = '' } = process.env;

/** Names of the rules of scripts that can be broken. */
export const BREAKABLE_RULES = Object.keys(BREAKS);

/** Removes a rule from the scripts. Throws for an unknown name, and for a rule that no script contains. */
export function breakScripts(scripts, broken = BROKEN) {
  if (OUTSIDE_SCRIPTS.includes(broken)) return;
  if (!Object.hasOwn(BREAKS, broken)) {
    throw new Error(
      `Cannot break "${broken}": expected ${[...OUTSIDE_SCRIPTS, ...BREAKABLE_RULES].join(', ')}`,
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

/** Conceals from readers that a further attempt has begun. */
export function breakOrder(ChunkOrder) {
  if (BROKEN !== 'restarts') return;
  const { take } = ChunkOrder.prototype;
  ChunkOrder.prototype.take = function (batch) {
    return { ...take.call(this, batch), restarts: false };
  };
}

/** Removes endings in Redis before they are stored; the time in between is that of a slow database. */
export function breakRecording(EndingsWriter) {
  if (BROKEN !== 'recording') return;
  const { write } = EndingsWriter.prototype;
  EndingsWriter.prototype.write = async function (batch) {
    await batch.done();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return write.call(this, batch);
  };
}

/** Makes a call fail for all its settlements if one is refused. */
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

/** Makes a relay admit a row under another key every time. */
export function breakRows(replace) {
  if (BROKEN === 'rows') replace(() => `outbox:${Math.random()}`);
}
