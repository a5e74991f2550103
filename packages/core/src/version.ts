/** Version of the package; written by `pnpm generate`. */
export const version = '0.1.0';
