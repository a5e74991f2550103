const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes a text harmless in HTML, between tags and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (found) => escapes[found] ?? '');

/** Markup that was made by {@link html} and so is safe to send. Data that was parsed can never be one. */
export class Html {
  static readonly #outdented = new WeakMap<readonly string[], readonly string[]>();
  readonly #markup: string;

  /** @param markup trusted; only this file makes any. */
  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Puts a template together; every value that is not markup itself is escaped. */
  static of(strings: readonly string[], values: readonly HtmlValue[]): Html {
    const parts = Html.#outdent(strings);
    let markup = parts[0] ?? '';
    for (const [index, value] of values.entries()) {
      markup += Html.#write(value) + (parts[index + 1] ?? '');
    }
    return new Html(markup);
  }

  /** The indentation of templates would be a third of a page. */
  static #outdent(strings: readonly string[]): readonly string[] {
    let parts = Html.#outdented.get(strings);
    if (parts === undefined) {
      parts = strings.map((part) => part.replaceAll(/\n\s+/g, '\n'));
      Html.#outdented.set(strings, parts);
    }
    return parts;
  }

  static #write(value: HtmlValue): string {
    if (value instanceof Html) return value.#markup;
    if (typeof value === 'string') return escapeHtml(value);
    if (typeof value === 'number') return String(value);
    if (value === null || value === undefined || value === false) return '';
    return value.map((item) => Html.#write(item)).join('');
  }

  /** The markup. */
  toString(): string {
    return this.#markup;
  }
}

/** What a template takes: nothing for `null`, `undefined` and `false`, lists one after the other. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * Markup with values in it. Values are escaped, so attributes must be quoted with double quotes.
 * @example
 * ```ts
 * html`<a href="${path}">${name}</a>`;
 * ```
 */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  Html.of(strings, values);
