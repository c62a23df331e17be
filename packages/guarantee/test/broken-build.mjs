// Breaks one rule of the queue's scripts, named by BROKEN, or the health of workers, before anything uses them:
// what tries the promises has to notice. Loaded with `node --import`.

const scripts = new URL('./generated/scripts.js', import.meta.resolve('@nooble/queue'));
const { SCRIPTS } = await import(scripts);

const BREAKS = {
  fencing: ['settle', 'token == ARGV[at + 1] and', 'token and'],
  window: ['enqueue', 'log_at(tenant, limit - 1)', 'log_at(tenant, limit)'],
  days: [
    'enqueue',
    'admitted_on(date, item.tenant) >= limits.day',
    'admitted_on(date, item.tenant) > limits.day',
  ],
  charging: [
    'enqueue',
    'local date = day_of(slot)',
    'book(item.tenant, 100, slot) local date = day_of(slot)',
  ],
  tags: [null, "math.max(virtual, tonumber(tag or '0'))", '0'],
  reclaim: ['tick', 'return not late and', 'return false and'],
  outage: ['tick', "return not late and now >= tonumber(grace or '0')", 'return true'],
  weights: [null, 'tag + item.cost / load.weight', 'tag + 1'],
  wake: ['enqueue', /^write_wake\(\)/gm, ''],
  keys: ['enqueue', "idempotency .. tenant .. ':' .. its.once", 'idempotency .. its.once'],
  callbacks: ['settle', "if ending.callback ~= '' then", 'if false then'],
  floor: ['claim', 'if floor > 0 and', 'if false and'],
};

if (process.env.BROKEN === 'health') {
  // Not imported above: whoever uses the scripts must not be loaded before they are broken.
  const { BaseWorker } = await import('@nooble/worker');
  BaseWorker.prototype.health = async () => ({ status: 'ok' });
} else breakScripts(...BREAKS[process.env.BROKEN]);

function breakScripts(script, from, to) {
  let broken = 0;
  for (const [name, each] of Object.entries(SCRIPTS)) {
    if (script !== null && name !== script) continue;
    const lua = each.lua.replaceAll(from, to);
    if (lua !== each.lua) broken += 1;
    each.lua = lua;
  }
  if (broken === 0)
    throw new Error(`Nothing to break for "${process.env.BROKEN}": the scripts have changed`);
}
