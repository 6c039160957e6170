const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const LAST_CHARACTERS = 6_000;

/** Shows, for a file with a failed test, the last words of the systems that it had started: on CI nobody can look at them later. */
module.exports = class FailedLogs {
  onTestFileResult(test, result) {
    const state = process.env.MERCATO_TEST_STATE;
    if (result.numFailingTests === 0 || !state || !existsSync(state)) return;
    const { folder } = JSON.parse(readFileSync(state, 'utf8'));
    for (const name of readdirSync(folder).filter((each) => each.startsWith('system-'))) {
      const startedBy = join(folder, name, 'started-by');
      if (!existsSync(startedBy) || readFileSync(startedBy, 'utf8') !== test.path) continue;
      const log = readFileSync(join(folder, name, 'output.log'), 'utf8').slice(-LAST_CHARACTERS);
      process.stderr.write(`--- what a system of ${test.path} said last ---\n${log}\n---\n`);
    }
  }
};
