import { nowMs, type PriceChange } from './graph';

/** What changed, told to all who follow a product. */
export class Prices {
  private readonly followers = new Map<string, Set<(change: PriceChange) => void>>();
  private last = 0;

  /**
   * @param order a product, or a product and the length of its new price, such as `big:65536`
   * @returns who was told
   */
  change(order: string): number {
    const [product = '', length = '1'] = order.split(':');
    this.last += 1;
    const change = {
      position: String(this.last),
      product,
      amount: String(this.last).padStart(Number(length), '0'),
      sentAtMs: nowMs(),
    };
    const followers = this.followers.get(product) ?? new Set();
    for (const follower of followers) follower(change);
    return followers.size;
  }

  get position(): string {
    return String(this.last);
  }

  /** From now on. */
  async *follow(product: string): AsyncGenerator<PriceChange> {
    const waiting: PriceChange[] = [];
    let wake = (): void => undefined;
    const follower = (change: PriceChange): void => {
      waiting.push(change);
      wake();
    };
    const followers = this.followers.get(product) ?? new Set();
    this.followers.set(product, followers.add(follower));
    try {
      for (;;) {
        for (let next = waiting.shift(); next; next = waiting.shift()) yield next;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      followers.delete(follower);
    }
  }
}
