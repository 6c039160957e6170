import { turnToRead } from '../../gateway/http/large-bodies';

describe('large bodies', () => {
  it('are read one in a turn of the event loop, small ones at once', async () => {
    const large = ' '.repeat(20_000);
    const read: string[] = [];
    const turns = Array.from({ length: 3 }, async (_, at) => {
      await turnToRead(large);
      read.push(`body ${at}`);
      setImmediate(() => read.push('turn'));
    });
    expect(turnToRead('{"query":"{ me { id } }"}')).toBeNull();
    await Promise.all(turns);
    expect(read.slice(0, 5)).toEqual(['body 0', 'turn', 'body 1', 'turn', 'body 2']);
  });
});
