// Imported into lvsctl before it starts: the process stops itself (SIGSTOP) as soon as it has printed the words in
// $LVSCTL_TEST_STOP_AT. A signal from outside would come at some later moment.
const words = process.env['LVSCTL_TEST_STOP_AT'] ?? '';
const write = process.stdout.write.bind(process.stdout);
let printed = '';

/** @param {string | Uint8Array} chunk */
process.stdout.write = (chunk) => {
  const done = write(chunk);
  const before = printed.includes(words);
  printed += String(chunk);
  if (!before && printed.includes(words)) process.kill(process.pid, 'SIGSTOP');
  return done;
};
