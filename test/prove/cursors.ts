import pg from 'pg';
import { DEMO_ACCOUNTS } from '../../cli/seed';
import { graphData } from '../support/graph';
import { pagedLists, type PagedList } from './cursors/lists';
import { misuse } from './cursors/misuse';
import { backward, byOffset, forward, walkUnderEdits, type Asker, type Walked } from './cursors/paging';
import type { Proof, ProofContext } from './proof';

const SEED = ['--products', '400', '--orders', '250', '--customers', '150'];
/** How many a page has, forward and backward, in each round; the quick form does the first. */
const ROUNDS = [
  { ahead: 9, back: 13 },
  { ahead: 1, back: 2 },
  { ahead: 3, back: 1 },
  { ahead: 5, back: 23 },
  { ahead: 23, back: 5 },
  { ahead: 20, back: 20 },
];
const WHOLE = 100;
/** A list must be longer than a page by far, or nothing is proven. */
const MINIMUM_ROWS = 40;

/** Paging while rows come, change and go: what nobody touched is met once, in order. */
export const proof: Proof = {
  name: 'cursors',
  summary:
    'products, search, orders and users, paged both ways in every sort under edits: nothing skipped or repeated; misused cursors refused',
  run: async (context) => {
    // Edits go past the graph, for speed, so nothing ends a cache.
    const system = await context.startSystem({ seed: SEED, environment: { CACHE: 'off' } });
    const asker: Asker = { url: system.url, token: await tokenOfStaff(system.url) };
    const total = { walks: 0, edits: 0, wrong: 0, misuses: 0, notRefused: 0 };
    for (const list of pagedLists) {
      const client = new pg.Client({ connectionString: system.databases[list.subgraph] });
      await client.connect();
      try {
        const walked = await walkEverySort(context, list, client, asker);
        const { tried, problems } = await misuse(asker, list);
        for (const problem of problems) context.say(`  WRONG: ${problem}`);
        total.walks += walked.walks;
        total.edits += walked.edits;
        total.wrong += walked.wrong;
        total.misuses += tried;
        total.notRefused += problems.length;
      } finally {
        await client.end();
      }
    }
    const controlCaught = await control(context, system.databases.product ?? '');
    return { isProven: total.wrong + total.notRefused === 0 && controlCaught, figures: { ...total, controlCaught } };
  },
};

async function walkEverySort(context: ProofContext, list: PagedList, client: pg.Client, asker: Asker) {
  const total = { walks: 0, edits: 0, wrong: 0 };
  for (const sort of list.sorts) {
    const found: Walked[] = [];
    const whole = forward(asker, list, sort, WHOLE);
    for (const { ahead, back } of context.full ? ROUNDS : ROUNDS.slice(0, 1)) {
      found.push(await walkUnderEdits(list, client, { whole, paged: forward(asker, list, sort, ahead) }));
      found.push(await walkUnderEdits(list, client, { whole, paged: backward(asker, list, sort, back) }));
    }
    const [skipped, repeated, misplaced, edits] = [
      sum(found, 'skipped'),
      sum(found, 'repeated'),
      sum(found, 'misplaced'),
      sum(found, 'edits'),
    ];
    context.say(
      `${list.name.padEnd(9)} ${sort.padEnd(11)} ${found.length} walks over ${found[0]?.still} rows, ${edits} edits: ${skipped} skipped, ${repeated} repeated, ${misplaced} out of order`,
    );
    total.walks += found.length;
    total.edits += edits;
    total.wrong += skipped + repeated + misplaced + (found.some(({ still }) => still < MINIMUM_ROWS) ? 1 : 0);
  }
  return total;
}

/** Offsets over the same edits, judged by the same judge. */
async function control(context: ProofContext, url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const [list] = pagedLists;
    if (!list) return false;
    let wrong = 0;
    for (let attempt = 0; attempt < 5 && wrong === 0; attempt += 1) {
      const walked = await walkUnderEdits(list, client, { whole: byOffset(client, WHOLE), paged: byOffset(client, 7) });
      wrong = walked.skipped + walked.repeated;
      context.say(`control: offsets under the same edits: ${walked.skipped} skipped, ${walked.repeated} repeated`);
    }
    return wrong > 0;
  } finally {
    await client.end();
  }
}

function sum(walked: readonly Walked[], key: keyof Walked): number {
  return walked.reduce((total, each) => total + each[key], 0);
}

async function tokenOfStaff(url: string): Promise<string> {
  const staff = DEMO_ACCOUNTS.find(({ role }) => role === 'staff');
  const { logIn } = await graphData<{ logIn: { tokens: { accessToken: string } } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } } }',
    { input: { email: staff?.email, password: staff?.password } },
    { url },
  );
  return logIn.tokens.accessToken;
}
