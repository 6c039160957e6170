import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { priceOrder, refundable } from '../../subgraphs/order/pricing';
import { Storefront } from '../support/storefront';
import type { Proof, ProofContext } from './proof';
import { breakTaking, raceForCode } from './totals/code-race';
import { problemsOf, type Pricing } from './totals/exact';
import { FAULTS } from './totals/faults';
import { giveAllBack } from './totals/given-back';
import { placeAndAudit } from './totals/placed';
import { randomCart } from './totals/random-cart';

const CARTS = 100_000;

export const proof: Proof = {
  name: 'totals',
  summary: `${CARTS.toLocaleString('en')} random carts with taxes, discounts, shipping and returns hold to the cent; so do rows of real orders; a code for 10 serves 10 of 50`,
  run: async (context) => {
    const seed = randomInt(2 ** 31);
    context.say(`seed ${seed}`);
    const cartProblem = check({ price: priceOrder, refund: refundable }, seed);
    context.say(`${CARTS} carts, judged in exact fractions: ${cartProblem ?? 'every sum holds'}`);
    const caught = catchFaults(context, seed);
    const { url, databases } = await context.startSystem();
    const shop = new Storefront(url, databases);
    const staff = await shop.hire();
    const placed = await placeAndAudit(shop, staff, context.full ? 1_000 : 200, seed);
    context.say(`${placed.orders} orders through the checkout, audited by PostgreSQL: ${told(placed.problems)}`);
    const unpaid = await giveAllBack(shop, staff);
    context.say(`the newest of them given back in parts, then their shipping: ${told(unpaid)}`);
    const race = await raceForCode(shop, staff);
    context.say(`50 buyers, a code for 10: ${race.orders} orders carry it, ${race.usedUp} were refused; ${told(race.problems)}`);
    await breakTaking(shop);
    const control = await raceForCode(shop, staff);
    const isRaceCaught = control.orders > 10 && control.problems.length > 0;
    context.say(`control, uses counted first and added then: ${control.orders} orders carry it; ${told(control.problems)}`);
    const problems = [...placed.problems, ...unpaid, ...race.problems];
    const isProven = cartProblem === null && caught === FAULTS.length && problems.length === 0;
    return {
      isProven: isProven && isRaceCaught,
      figures: { seed, carts: CARTS, faults: caught, orders: placed.orders, code: race.orders, control: control.orders },
    };
  },
};

/** What is wrong with the first cart that fails, made as small as it gets; `null` when all hold. */
function check(pricing: Pricing, seed: number): string | null {
  const property = fc.property(randomCart, (cart) => problemsOf(cart, pricing).length === 0);
  const { failed, counterexample } = fc.check(property, { numRuns: CARTS, seed });
  const [cart] = counterexample ?? [];
  return failed && cart ? `${problemsOf(cart, pricing).join('; ')}: ${JSON.stringify(cart)}` : null;
}

/** Plants each fault. @returns how many were found */
function catchFaults(context: ProofContext, seed: number): number {
  const found = FAULTS.filter(({ name, pricing }) => {
    const problem = check(pricing, seed);
    context.say(`control, ${name}: ${problem ?? 'NOT CAUGHT'}`);
    return problem !== null;
  });
  return found.length;
}

function told(problems: readonly string[]): string {
  return problems.length === 0 ? 'all is right' : `WRONG: ${problems.slice(0, 5).join('; ')}`;
}
