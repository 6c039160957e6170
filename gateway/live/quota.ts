/** How much each holds of something of which everybody may hold so much. */
export class Quota {
  private readonly held = new Map<string, number>();

  /** Whether there was room for one more. */
  take(holder: string, limit: number): boolean {
    const held = this.held.get(holder) ?? 0;
    if (held >= limit) return false;
    this.held.set(holder, held + 1);
    return true;
  }

  give(holder: string): void {
    const held = (this.held.get(holder) ?? 1) - 1;
    if (held > 0) this.held.set(holder, held);
    else this.held.delete(holder);
  }
}
