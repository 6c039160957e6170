import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, BenchmarkContext, BenchmarkResult } from './benchmark';
import { QUERIES } from './gateway/graph';
import { answerKey, medianRow, ratioLines, tableRow, type GatewayRow, type Query } from './gateway/rows';
import { installPeers, peerEnvironment, PEERS, type PeerWorld } from './gateway/peers';
import {
  end,
  forkBeside,
  freePort,
  hasTaskset,
  LoadDriver,
  portOf,
  startPinned,
  untilListening,
  usageOf,
} from './gateway/processes';
import { syntheticSupergraph } from './gateway/supergraph';
import { printTable } from './shop/table';

const ROUNDS = 3;
const WARM_UP_SECONDS = 2;
const FLOORS = ['floor-hand-written', 'floor-static'];
const AUTHS = ['distinct', 'shared'] as const;
const CONNECTIONS = 50;

/** Ours beside other gateways over the same synthetic subgraphs, in alternating rounds. */
export const benchmark: Benchmark = {
  name: 'gateway',
  summary:
    'our gateway beside others and two floors, over synthetic subgraphs; name queries, peers, shared or distinct to choose',
  needsServers: false,
  run: async (context) => {
    const bench = new GatewayBench(context);
    try {
      await bench.start();
      return await bench.measureAll();
    } finally {
      await bench.stop();
    }
  },
};

/** A gateway or floor that runs. */
interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly pathOf: (query: Query) => string;
}

class GatewayBench {
  private readonly subjects: Subject[] = [];
  private readonly stops: (() => Promise<void>)[] = [];
  private folder = '';
  private readonly load = new LoadDriver();
  private subgraphsPort = 0;
  private readonly wrong: string[] = [];

  constructor(private readonly context: BenchmarkContext) {}

  async start(): Promise<void> {
    const { say } = this.context;
    if (!hasTaskset) say('taskset is not there: gateway, subgraphs and load share the cores');
    const subgraphs = forkBeside('subgraph-process');
    this.stops.push(
      () => end(subgraphs),
      () => this.load.stop(),
    );
    this.subgraphsPort = await portOf(subgraphs);
    const { folder, file, origin, remove } = syntheticSupergraph(this.subgraphsPort);
    this.stops.push(remove);
    this.folder = folder;
    const projectRoot = join(__dirname, '..', '..');
    const world: PeerWorld = { folder, supergraphFile: file, subgraphsOrigin: origin, projectRoot };
    const wanted = PEERS.filter(({ name }) => this.isChosen(name));
    const problem = wanted.some(({ isInstalled }) => isInstalled) ? installPeers(world.projectRoot, say) : null;
    if (problem !== null) say(`the other gateways cannot be installed and are left out: ${problem}`);
    for (const peer of wanted) {
      if (peer.isInstalled && problem !== null) continue;
      const port = await freePort();
      const output = openSync(join(this.folder, `${peer.name}.log`), 'w');
      const cwd = peer.isInstalled ? join(world.projectRoot, 'bench', 'peers') : world.projectRoot;
      const started = startPinned(peer.command(world, port), { cwd, environment: peerEnvironment(peer), output });
      this.stops.push(() => started.stop());
      try {
        await untilListening(port, started.child);
        this.subjects.push({ name: peer.name, port, pid: started.pid, pathOf: () => peer.path });
      } catch (error) {
        say(
          `${peer.name} is left out: ${error instanceof Error ? error.message : String(error)} (${this.folder}/${peer.name}.log)`,
        );
      }
    }
    await this.startFloors();
  }

  async measureAll(): Promise<BenchmarkResult> {
    const rows: GatewayRow[] = [];
    for (const query of Object.keys(QUERIES) as Query[]) {
      if (!this.isChosen(query)) continue;
      for (const auth of AUTHS) {
        if (!this.isChosen(auth)) continue;
        const found = await this.measure(query, auth);
        rows.push(...found);
        this.context.say('');
        printTable(found.map(tableRow), this.context.say);
      }
    }
    this.context.say('');
    for (const line of ratioLines(rows)) this.context.say(line);
    const heavy = (peer: string) =>
      rows.find((row) => row.query === 'heavy' && row.auth === 'distinct' && row.peer === peer)?.rps ?? 0;
    const toStock = heavy('stock') > 0 ? Math.round((heavy('ours') / heavy('stock')) * 10) / 10 : '-';
    return {
      rows: rows.map((row) => ({ ...row })),
      figures: { heavyRps: Math.round(heavy('ours')), heavyToStock: toStock, wrong: this.wrong.length },
    };
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.toReversed()) await stop();
  }

  /** The peers take turns, so that what the machine does meanwhile meets all of them. */
  private async measure(query: Query, auth: GatewayRow['auth']): Promise<GatewayRow[]> {
    const rounds = new Map<string, GatewayRow[]>();
    const samples = new Map<string, string>();
    const working: Subject[] = [];
    for (const subject of this.subjects) {
      const warm = await this.run(subject, query, auth, WARM_UP_SECONDS);
      if (warm.failures >= warm.requests / 2) {
        this.context.say(
          `${subject.name} is left out of ${query}: ${warm.failures} of ${warm.requests} failed: ${warm.sample.slice(0, 200)}`,
        );
        continue;
      }
      samples.set(subject.name, answerKey(warm.sample));
      working.push(subject);
    }
    this.compare(query, samples);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const subject of working) {
        const row = await this.round(subject, query, auth);
        rounds.set(subject.name, [...(rounds.get(subject.name) ?? []), row]);
      }
    }
    return [...rounds.values()].map(medianRow);
  }

  private async round(subject: Subject, query: Query, auth: GatewayRow['auth']): Promise<GatewayRow> {
    const seconds = Math.max(1, this.context.seconds / ROUNDS);
    const callsBefore = await this.subgraphCalls();
    const before = usageOf(subject.pid);
    const result = await this.run(subject, query, auth, seconds);
    const after = usageOf(subject.pid);
    const calls = (await this.subgraphCalls()) - callsBefore;
    // A gateway may refuse what is too much for it; what it refuses is not work done.
    if (result.failures > 0)
      this.context.say(`${subject.name}: ${result.failures} of ${result.requests} refused: ${result.failed.slice(0, 80)}`);
    const answered = Math.max(1, result.requests - result.failures);
    return {
      query,
      auth,
      peer: subject.name,
      rps: Math.round(answered / result.seconds),
      p50: Math.round(result.p50Ms * 100) / 100,
      p99: Math.round(result.p99Ms * 100) / 100,
      cpuMsPerRequest: Math.round(((after.cpuMs - before.cpuMs) / answered) * 1000) / 1000,
      rssMb: Math.round(after.rssMb),
      callsPerRequest: Math.round((calls / answered) * 100) / 100,
    };
  }

  private run(subject: Subject, query: Query, auth: GatewayRow['auth'], seconds: number) {
    const body = JSON.stringify({ query: QUERIES[query] });
    const { port } = subject;
    return this.load.run({ port, path: subject.pathOf(query), body, auth, connections: CONNECTIONS, seconds });
  }

  /** A peer that answers something else does other work. */
  private compare(query: Query, samples: ReadonlyMap<string, string>): void {
    const [first] = samples.values();
    for (const [name, sample] of samples) {
      if (sample === first) continue;
      this.wrong.push(`${name} ${query}`);
      this.context.say(`${name} answers ${query} unlike ${[...samples.keys()][0]}`);
    }
  }

  private async subgraphCalls(): Promise<number> {
    await delay(20);
    const answer = await fetch(`http://127.0.0.1:${this.subgraphsPort}/calls`);
    return ((await answer.json()) as { calls: number }).calls;
  }

  private async startFloors(): Promise<void> {
    if (!FLOORS.some((name) => this.isChosen(name))) return;
    const statics = await this.staticAnswers();
    const script = join(__dirname, 'gateway', 'floor-process.js');
    const port = await freePort();
    const command = [process.execPath, script, `http://127.0.0.1:${this.subgraphsPort}`, JSON.stringify(statics), String(port)];
    for (const name of FLOORS.filter((each) => this.isChosen(each))) {
      const own = name === 'floor-static' ? await freePort() : port;
      const started = startPinned([...command.slice(0, -1), String(own)], {
        cwd: this.folder,
        environment: peerEnvironment({ name, path: '', isInstalled: false, command: () => [] }),
        output: 'ignore',
      });
      this.stops.push(() => started.stop());
      await untilListening(own, started.child);
      const kind = name === 'floor-static' ? 'static' : 'hand';
      this.subjects.push({ name, port: own, pid: started.pid, pathOf: (query) => `/${kind}/${query}` });
    }
  }

  /** What the first gateway answers, for the floor that only repeats it. */
  private async staticAnswers(): Promise<Record<string, string>> {
    const [subject] = this.subjects;
    if (!subject) throw new Error('no gateway runs');
    const answers: Record<string, string> = {};
    for (const [name, query] of Object.entries(QUERIES)) {
      const answer = await fetch(`http://127.0.0.1:${subject.port}${subject.pathOf('light')}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      answers[name] = await answer.text();
    }
    return answers;
  }

  /** Of what was named only what is of the same kind chooses. */
  private isChosen(name: string): boolean {
    const { selection } = this.context;
    const kinds = [Object.keys(QUERIES), [...PEERS.map((peer) => peer.name), ...FLOORS], [...AUTHS]];
    const kind = kinds.find((names) => names.includes(name)) ?? [];
    const named = selection.filter((each) => kind.includes(each));
    return named.length === 0 || named.includes(name);
  }
}
