(() => {
  'use strict';
  const element = (id) => document.getElementById(id);
  const changes = [...document.querySelectorAll('details.change')];
  const stacks = [...document.querySelectorAll('section.stack')];
  const fields = ['stack', 'kind', 'severity'].map(element);
  const search = element('search');
  // What is searched, read when it is first asked for.
  const texts = new Map();
  const text = (change) => {
    if (!texts.has(change)) texts.set(change, `${change.dataset.stack} ${change.textContent}`.toLowerCase());
    return texts.get(change);
  };
  const isWanted = (change) => {
    const [stack, kind, severity] = fields.map((field) => field.value);
    const { stack: ofStack, kind: ofKind, severity: ofSeverity } = change.dataset;
    if (stack && stack !== ofStack) return false;
    if (kind && kind !== ofKind) return false;
    if (severity === 'high' && ofSeverity !== 'high') return false;
    if (severity === 'medium' && ofSeverity === 'low') return false;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return words.every((word) => text(change).includes(word));
  };
  const filter = () => {
    let count = 0;
    for (const change of changes) {
      const hidden = !isWanted(change);
      if (change.hidden !== hidden) change.hidden = hidden;
      if (!hidden) count += 1;
    }
    const isFiltered = count < changes.length;
    for (const stack of stacks) stack.hidden = isFiltered && !stack.querySelector('details.change:not([hidden])');
    element('count').textContent = `${count} of ${changes.length}`;
  };
  const clear = () => {
    for (const field of [...fields, search]) field.value = '';
    filter();
  };
  let waiting = 0;
  search.addEventListener('input', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(filter);
  });
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') clear();
  });
  for (const field of fields) field.addEventListener('change', filter);
  element('filters').addEventListener('submit', (event) => event.preventDefault());
  const shown = () => changes.filter((change) => !change.hidden);
  element('open').addEventListener('click', () => shown().forEach((change) => { change.open = true; }));
  element('close').addEventListener('click', () => changes.forEach((change) => { change.open = false; }));

  // A link to a change opens it, also if it is filtered away.
  const follow = () => {
    const change = location.hash && element(location.hash.slice(1));
    if (!change || !change.matches('details.change')) return;
    if (change.hidden) clear();
    change.open = true;
    change.scrollIntoView();
    change.querySelector('summary').focus({ preventScroll: true });
  };
  addEventListener('hashchange', follow);
  addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#c"]');
    const href = link && link.getAttribute('href');
    if (href && href === location.hash) follow();
  });

  // Arrows go from one change to the next.
  addEventListener('keydown', (event) => {
    const summary = event.target.closest && event.target.closest('details.change > summary');
    if (!summary || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = shown();
    const at = all.indexOf(summary.parentElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all[next]) return;
    event.preventDefault();
    all[next].querySelector('summary').focus();
  });

  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')].filter((one) => !one.hidden);
    opened.forEach((one) => { one.open = true; });
  });
  addEventListener('afterprint', () => opened.forEach((one) => { one.open = false; }));

  element('filters').hidden = false;
  filter();
  follow();
})();
