import { setTimeout as delay } from 'node:timers/promises';
import { Storefront, type Ware } from '../../support/storefront';
import type { History } from '../history/history';
import { Buyer, type Manner } from './buyer';
import type { Fleet } from './fleet';

export interface MarketOptions {
  /** How many come for the hot ware, and how many units there are of it. */
  readonly hotBuyers: number;
  readonly hotUnits: number;
  /** Wares that many buy and that do not run out. */
  readonly plainWares: number;
  readonly random: () => number;
  /** Tells the buyers of one market from those of another. */
  readonly prefix: string;
}

const PLAIN_UNITS = 100_000;
const SCARCE_UNITS = 5;

/** Wares, and people who come for them one after the other. */
export class Market {
  readonly units = new Map<number, number>();
  readonly buyers: Buyer[] = [];
  private plain: Ware[] = [];
  private scarce: Ware | null = null;
  private readonly waiting: Buyer[] = [];

  private constructor(
    private readonly fleet: Fleet,
    private readonly history: History,
    private readonly options: MarketOptions,
  ) {}

  /** Opens before anything is killed: who comes for the hot ware has it in the cart by then. */
  static async open(fleet: Fleet, history: History, options: MarketOptions): Promise<Market> {
    const market = new Market(fleet, history, options);
    for (let at = 0; at < options.plainWares; at += 1) market.plain.push(await market.addWare(PLAIN_UNITS));
    if (options.hotBuyers > 0) await market.inviteHotBuyers(await market.addWare(options.hotUnits));
    return market;
  }

  /** `clients` buyers at once, until `isEnough` says so and the hot buyers have all been here. */
  async trade(clients: number, isEnough: () => boolean): Promise<void> {
    const client = async (): Promise<void> => {
      while (!isEnough() || this.waiting.length > 0) {
        const hot = this.options.random() < 0.6 || isEnough() ? this.waiting.pop() : undefined;
        const buyer = hot ?? (await this.arrive(isEnough));
        if (buyer) await buyer.order();
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Everyone who was not told how it ended comes back and asks again, until the time is over. */
  async comeBack(clients: number, timeoutMs: number): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    const lost = this.buyers.filter(({ isDone }) => !isDone);
    const client = async (): Promise<void> => {
      for (let buyer = lost.pop(); buyer; buyer = lost.pop()) await buyer.comeBack(deadlineMs);
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  get unanswered(): number {
    return this.buyers.filter(({ isDone }) => !isDone).length;
  }

  private async inviteHotBuyers(hot: Ware): Promise<void> {
    const inviting = Array.from({ length: 8 }, async () => {
      while (this.waiting.length < this.options.hotBuyers) {
        const buyer = this.newBuyer([{ ware: hot, quantity: 1 }]);
        this.waiting.push(buyer);
        await buyer.fillCart();
      }
    });
    await Promise.all(inviting);
  }

  private async arrive(isOver: () => boolean): Promise<Buyer | null> {
    const { random } = this.options;
    const one = { ware: this.pick(this.plain), quantity: 1 + Math.floor(random() * 3) };
    const goods = random() < 0.25 ? [one, { ware: this.scarce ?? this.pick(this.plain), quantity: 1 }] : [one];
    const buyer = this.newBuyer(new Set(goods.map(({ ware }) => ware.key)).size === goods.length ? goods : [one]);
    if (await buyer.fillCart(isOver)) return buyer;
    await delay(50);
    return null;
  }

  private newBuyer(wares: readonly { ware: Ware; quantity: number }[]): Buyer {
    const { random } = this.options;
    const name = `${this.options.prefix}${this.buyers.length}`;
    const manner = mannerOf(random());
    const buyer = new Buyer(this.fleet.url, this.history, { name, manner, card: cardOf(manner, random()), wares });
    this.buyers.push(buyer);
    return buyer;
  }

  private async addWare(units: number): Promise<Ware> {
    const ware = await new Storefront(this.fleet.url, this.fleet.databases).addWare({ stock: units });
    this.units.set(ware.key, units);
    return ware;
  }

  /** Puts a few units of something rare on sale, which many baskets hold beside other goods. */
  async addScarce(): Promise<void> {
    this.scarce = await this.addWare(SCARCE_UNITS);
  }

  private pick(wares: readonly Ware[]): Ware {
    const ware = wares[Math.floor(this.options.random() * wares.length)];
    if (!ware) throw new Error('the market has no wares');
    return ware;
  }
}

function mannerOf(dice: number): Manner {
  if (dice < 0.35) return 'patient';
  if (dice < 0.6) return 'double click';
  if (dice < 0.8) return 'impatient';
  if (dice < 0.88) return 'two tabs';
  return dice < 0.95 ? 'gives up' : 'asks first';
}

/** Who gives up may have a card whose payments are made and never answered; who keeps asking may be asked by the bank. */
function cardOf(manner: Manner, dice: number): string {
  if (dice < 0.08) return 'tok_declined';
  if (dice < 0.14) return 'tok_hold';
  if (dice < 0.2) return 'tok_double_webhook';
  if (manner === 'gives up') return dice < 0.5 ? 'tok_lost' : 'tok_ok';
  return dice < 0.32 && manner !== 'two tabs' ? 'tok_3ds' : 'tok_ok';
}
