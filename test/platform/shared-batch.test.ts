import { defineLoader, defineSharedLoader, RequestLoaders, sharedBatch } from '../../platform/loaders';

/** A context that fails whatever looks at it. */
const untouchable = new Proxy(
  {},
  {
    get: (_target, name) => {
      throw new Error(`the batch read ${String(name)} of a request`);
    },
  },
) as { readonly viewer: string };

const requestOf = () => new RequestLoaders<{ readonly viewer: string }>(() => untouchable);

test('all requests of one turn share a batch, and each is answered what it asked for', async () => {
  const asked: (readonly number[])[] = [];
  const double = defineSharedLoader<number, number, { readonly viewer: string }>({
    name: 'double',
    batch: async (keys) => {
      asked.push(keys);
      return keys.map((key) => key * 2);
    },
  });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      requestOf()
        .of(double)
        .loadMany([at % 10, 100 + at]),
    ),
  );
  expect(asked.map((keys) => keys.length)).toEqual([60]);
  expect(answers).toEqual(Array.from({ length: 50 }, (_, at) => [(at % 10) * 2, (100 + at) * 2]));
});

test('a shared batch is told of no request; a usual one that asks who is asking would fail', async () => {
  const usual = defineLoader<number, string, { readonly viewer: string }>({
    name: 'usual',
    batch: async (keys, { viewer }) => keys.map(() => viewer),
  });
  await expect(requestOf().of(usual).load(1)).rejects.toThrow('read viewer');
  const given: unknown[][] = [];
  const shared = defineSharedLoader<number, number, { readonly viewer: string }>({
    name: 'shared',
    batch: async (...all: [readonly number[]]) => {
      given.push(all);
      return all[0].map(Number);
    },
  });
  expect(await requestOf().of(shared).load(1)).toBe(1);
  expect(given).toEqual([[[1]]]);
});

test('what is asked for while a batch is read belongs to the next, so that an answer is never older than its question', async () => {
  let value = 0;
  let release = (): void => undefined;
  const reads: number[] = [];
  const read = sharedBatch<number, number>(async (keys) => {
    const seen = value;
    reads.push(seen);
    if (reads.length === 1) await new Promise<void>((resolve) => (release = resolve));
    return keys.map(() => seen);
  });
  const early = read([1]);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  value = 1;
  const late = read([1]);
  expect(await late).toEqual([1]);
  release();
  expect(await early).toEqual([0]);
});

test('a request remembers what it was answered, and a failing batch fails for all who asked, but not for the next', async () => {
  let fails = true;
  let reads = 0;
  const loader = defineSharedLoader<number, number, { readonly viewer: string }>({
    name: 'sometimes',
    batch: async (keys) => {
      reads += 1;
      if (fails) throw new Error('away');
      return keys.map(Number);
    },
  });
  const [one, other] = [requestOf(), requestOf()];
  const both = await Promise.allSettled([one.of(loader).load(1), other.of(loader).load(2)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  const third = requestOf();
  await third.of(loader).load(1);
  await third.of(loader).load(1);
  expect(reads).toBe(2);
});

test('more keys than a statement may hold are split', async () => {
  const sizes: number[] = [];
  const read = sharedBatch<number, number>(async (keys) => {
    sizes.push(keys.length);
    return keys.map(Number);
  });
  const keys = Array.from({ length: 2_500 }, (_, at) => at);
  expect(await read(keys)).toEqual(keys);
  expect(sizes).toEqual([1000, 1000, 500]);
});
