import { say } from '../print';
import { demoAccounts } from './seeding';

const FIRST_QUERY =
  '{ search(query: "insulated botle", first: 2) { totalCount nodes { name price { formatted } availableForSale } } }';

/** What a newcomer needs to go on: where to query, who to be, what to paste. */
export function showWelcome(url: string, isSeeded: boolean, paymentUrl: string | null): void {
  say();
  say(`  GraphQL endpoint  ${url}`);
  say(`  GraphQL IDE       ${url} (open it in a browser)`);
  if (paymentUrl !== null) say(`  Test cards        ${paymentUrl}/_sandbox/ (payments without real money)`);
  for (const { role, email, password } of isSeeded ? demoAccounts() : []) say(`  ${role.padEnd(16)}  ${email} / ${password}`);
  say();
  say('  Try it:');
  say(`    curl -s ${url} -H 'content-type: application/json' -d '${JSON.stringify({ query: FIRST_QUERY })}'`);
  say();
}
