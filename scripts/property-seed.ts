import fc from 'fast-check';

// Property tests walk the same cases in every run, so that a red run is a change's doing and can
// be run again. LUBDUB_SEED=random, or a number, walks others: the long runs do.
const wanted = process.env['LUBDUB_SEED'] ?? '20261121';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
