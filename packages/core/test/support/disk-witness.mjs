// Says what a process has on the disk, at the moment when the system has taken it and as the process itself saw it: after
// this a SIGKILL takes nothing of it away. Import it before anything that writes.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Calls back with the texts of records that have reached the disk and of those whose end has, in segments written or read
 * by this process. A text may be told more than once.
 */
export const witnessDisk = (onWritten, onEnded) => {
  const paths = new Map();
  const rests = new Map();
  const textOf = new Map();
  const segmentOf = (handle) =>
    paths.get(handle)?.endsWith('.seg') ? paths.get(handle) : undefined;
  const folderOf = (path) => path.slice(0, path.lastIndexOf('/'));
  const recordsOf = (folder, text) => {
    const written = [];
    const ended = [];
    for (const line of text.split('\n')) {
      let record;
      try {
        record = JSON.parse(line.slice(9));
      } catch {
        // The header, an empty line, or one that was cut off at a crash.
        continue;
      }
      if (record.t === 'r') {
        textOf.set(`${folder} ${record.n}`, record.m);
        written.push(record.m);
      }
      if (record.t === 'a') for (const n of record.a) ended.push(textOf.get(`${folder} ${n}`));
    }
    return { written, ended: ended.filter((one) => one !== undefined) };
  };
  const saw = (handle, bytes) => {
    const path = segmentOf(handle);
    if (path === undefined) return;
    const text = (rests.get(handle) ?? '') + bytes.toString('utf8');
    const end = text.lastIndexOf('\n') + 1;
    rests.set(handle, text.slice(end));
    const { written, ended } = recordsOf(folderOf(path), text.slice(0, end));
    if (written.length > 0) onWritten(written);
    if (ended.length > 0) onEnded(ended);
  };
  const { openSync, readFileSync, write, writeSync } = fs;
  fs.openSync = (path, ...more) => {
    const handle = openSync(path, ...more);
    paths.set(handle, path);
    rests.delete(handle);
    return handle;
  };
  fs.readFileSync = (from, ...more) => {
    const text = readFileSync(from, ...more);
    const path = typeof from === 'number' ? segmentOf(from) : undefined;
    if (path !== undefined) recordsOf(folderOf(path), text);
    return text;
  };
  fs.write = (handle, bytes, from, length, at, done) =>
    write(handle, bytes, from, length, at, (error, count) => {
      if (!error) saw(handle, bytes.subarray(from, from + count));
      done(error, count);
    });
  fs.writeSync = (handle, bytes, from = 0, ...more) => {
    const count = writeSync(handle, bytes, from, ...more);
    if (Buffer.isBuffer(bytes)) saw(handle, bytes.subarray(from, from + count));
    return count;
  };
  syncBuiltinESMExports();
};
