/**
 * The build's entries of a package, taken from the `@lubdub/source` condition of its exports:
 * `{ index: 'src/index.ts', 'providers/exemplar': 'src/providers/exemplar.ts' }`.
 *
 * @param {{ exports: Record<string, unknown> }} manifest the package's package.json
 * @returns {Record<string, string>} output name (without extension) to source file
 */
export function entries(manifest) {
  const found = /** @type {Record<string, string>} */ ({});
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const source = /** @type {Record<string, string>} */ (target)['@lubdub/source'];
    if (source !== undefined) found[outputName(subpath)] = source.replace('./', '');
  }
  return found;
}

/**
 * @param {string} subpath a key of `exports`, such as `.` or `./testing`
 * @returns {string} the name of the built file, without folder `dist` and extension
 */
export function outputName(subpath) {
  return subpath === '.' ? 'index' : subpath.replace('./', '');
}
