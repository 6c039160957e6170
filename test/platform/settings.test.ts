import { readSettings, SettingsError } from '../../platform/config';

describe('settings', () => {
  it('have a default for everything', () => {
    expect(readSettings({})).toMatchObject({
      port: 4000,
      redisUrl: null,
      environment: 'development',
      cacheEnabled: true,
      entityCacheEnabled: false,
      introspection: true,
    });
  });

  it('report every mistake together, naming variable and what is allowed', () => {
    const read = () => readSettings({ PORT: 'http', REDIS_URL: 'localhost:6379', CURRENCY: 'JPY', CACHE: 'yes' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(
      /PORT: must be a whole number[\s\S]*REDIS_URL: must be a URL that begins with redis:\/\/[\s\S]*CURRENCY: .*two minor digits[\s\S]*CACHE: must be on or off/,
    );
  });

  it('refuse production without a signing key and hide introspection there', () => {
    expect(() => readSettings({ NODE_ENV: 'production' })).toThrow(/SUBGRAPH_SIGNING_KEY/);
    expect(readSettings({ NODE_ENV: 'production', SUBGRAPH_SIGNING_KEY: 'k'.repeat(32) }).introspection).toBe(false);
  });

  it('count an empty variable as absent', () => {
    expect(readSettings({ REDIS_URL: '', PORT: '' })).toMatchObject({ redisUrl: null, port: 4000 });
  });
});
