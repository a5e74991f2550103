/** What a screen reader could not make sense of. Runs in the page. */
export default () => {
  const faults = [];
  const tell = (element, what) => {
    faults.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  };
  for (const field of document.querySelectorAll('input:not([type=hidden]), select')) {
    if (field.labels?.length === 0) tell(field, 'field without a label');
  }
  for (const control of document.querySelectorAll('a[href], button, summary')) {
    const name = control.getAttribute('aria-label') ?? control.textContent;
    if (name.trim() === '') tell(control, 'control without a name');
  }
  for (const picture of document.querySelectorAll('svg:not(svg svg)')) {
    const isNamed = picture.getAttribute('role') === 'img' && picture.hasAttribute('aria-label');
    if (!isNamed && picture.getAttribute('aria-hidden') !== 'true')
      tell(picture, 'picture without a name');
  }
  for (const table of document.querySelectorAll('table')) {
    if (table.caption === null) tell(table, 'table without a caption');
  }
  for (const badge of document.querySelectorAll('.badge')) {
    if (badge.querySelector('svg') === null || badge.textContent === '')
      tell(badge, 'colour alone');
  }
  const seen = new Set();
  for (const element of document.querySelectorAll('[id]')) {
    if (seen.has(element.id)) tell(element, 'id twice');
    seen.add(element.id);
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (document.documentElement.lang === '' || document.title === '')
    faults.push('no language or title');
  return faults;
};
