import type { CacheStore } from './store';

/** A cache, declared once by the slice that owns the data. */
export interface CacheDefinition<K, V> {
  readonly name: string;
  /** Raise it when the shape of the value changes: old entries are then never read. */
  readonly version: number;
  readonly ttlSeconds: number;
  readonly key: (key: K) => string;
  /** Loads what is missing, in the order asked. `undefined` is not kept; `null` is. */
  readonly load: (keys: readonly K[]) => Promise<readonly (V | undefined)[]>;
}

/** Cache-aside over a {@link CacheStore}: values are JSON, concurrent misses of one process share one load. */
export class Cache<K, V> {
  private readonly loading = new Map<string, Promise<V | undefined>>();

  constructor(
    private readonly definition: CacheDefinition<K, V>,
    private readonly store: CacheStore,
  ) {}

  async get(key: K): Promise<V | undefined> {
    const [value] = await this.getMany([key]);
    return value;
  }

  /** Answers in the order asked. Throws only what `load` throws. */
  async getMany(keys: readonly K[]): Promise<(V | undefined)[]> {
    const names = keys.map((key) => this.nameOf(key));
    const shared = names.map((name) => this.loading.get(name));
    const wanted = keys.map((key, at) => ({ key, at, name: names[at] ?? '' })).filter(({ at }) => !shared[at]);
    const ours = wanted.length > 0 ? this.readOrLoad(wanted) : Promise.resolve(new Map<string, V | undefined>());
    for (const { name } of wanted)
      this.share(
        name,
        ours.then((values) => values.get(name)),
      );
    const values = await ours;
    return Promise.all(names.map((name, at) => shared[at] ?? Promise.resolve(values.get(name))));
  }

  /** Ends the entries of these keys everywhere. Call it after the commit of what changed them. */
  async invalidate(keys: readonly K[]): Promise<void> {
    const names = keys.map((key) => this.nameOf(key));
    for (const name of names) this.loading.delete(name);
    await this.store.invalidate(names);
  }

  private nameOf(key: K): string {
    return `mercato:${this.definition.name}:v${this.definition.version}:${this.definition.key(key)}`;
  }

  private share(name: string, value: Promise<V | undefined>): void {
    this.loading.set(name, value);
    const done = () => {
      if (this.loading.get(name) === value) this.loading.delete(name);
    };
    value.then(done, done);
  }

  private async readOrLoad(wanted: readonly { key: K; name: string }[]): Promise<Map<string, V | undefined>> {
    const reads = await this.store.read(wanted.map(({ name }) => name));
    const values = new Map<string, V | undefined>();
    const missing: { key: K; name: string; lease: string | null }[] = [];
    wanted.forEach(({ key, name }, at) => {
      const read = reads[at];
      if (read?.hit) values.set(name, JSON.parse(read.text) as V);
      else missing.push({ key, name, lease: read?.lease ?? null });
    });
    if (missing.length === 0) return values;
    const loaded = await this.definition.load(missing.map(({ key }) => key));
    const fills = missing.flatMap(({ name, lease }, at) => {
      const value = loaded[at];
      values.set(name, value);
      if (value === undefined || lease === null) return [];
      return [{ key: name, lease, text: JSON.stringify(value), ttlSeconds: this.definition.ttlSeconds }];
    });
    await this.store.fill(fills);
    return values;
  }
}
