/** Controls lower than WCAG 2.2, 2.5.8 asks for. Runs in the page. */
export default () =>
  [...document.querySelectorAll('button, .button, select, .chips a, .tabs a, .menu a')]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 24)
    .map((element) => element.outerHTML.slice(0, 100));
