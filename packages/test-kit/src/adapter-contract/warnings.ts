import { onTestFinished } from 'vitest';

/** Gathers lubdub's process warnings until the end of the test; those of other libraries are left alone. */
export const collectWarnings = (): readonly (Error & { readonly code?: string })[] => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => {
    if (warning.name.startsWith('Lubdub')) warnings.push(warning);
  };
  process.on('warning', listen);
  onTestFinished(() => {
    process.off('warning', listen);
  });
  return warnings;
};
