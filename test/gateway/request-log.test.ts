import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('log lines', () => {
  it('hold no secret, wherever it stands', () => {
    const script = `
      const { createLogger } = require(${JSON.stringify(join(__dirname, '../../platform/observability/logger.ts'))});
      const error = Object.assign(new Error('refused'), { token: 'hush-1', config: { headers: { authorization: 'hush-2' } } });
      const logger = createLogger({ logLevel: 'info' }, 'test');
      logger.info({ err: error, password: 'hush-3', list: [{ cookie: 'hush-4' }], requestId: 'r-1', deep: { er: { still: { refreshToken: 'hush-5' } } } }, 'tried');
      logger.flush();`;
    const child = spawnSync(process.execPath, ['-r', join(__dirname, 'support/run-typescript.cjs'), '-e', script], {
      encoding: 'utf8',
    });
    expect(child.stderr).toContain('"requestId":"r-1"');
    expect(child.stderr).toContain('refused');
    expect(child.stderr).not.toContain('hush');
    expect(child.stderr.match(/\[hidden\]/g)).toHaveLength(3);
  }, 30_000);
});
