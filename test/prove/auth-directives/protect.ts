import { copyOf, sourcesOf, type Draft, type SubgraphDraft } from '../differential/draft';
import { readSubgraph } from '../differential/federation';
import { ownersOf } from '../differential/merge';
import type { Random } from '../differential/random';
import { composed } from '../differential/supergraph';

export const SCOPES = ['s0', 's1', 's2', 's3'];
export const POLICIES = ['p0', 'p1', 'p2'];

/** A supergraph with rules about who may see what, scattered at random; what does not compose is dropped again. */
export function protectedDraft(draft: Draft, random: Random, attempts: number): Draft {
  let last = draft;
  for (let at = 0; at < attempts; at += 1) {
    const changed = copyOf(last);
    const count = random.between(1, 3);
    for (let each = 0; each < count; each += 1) protect(changed, random);
    if (composed(sourcesOf(changed))) last = changed;
  }
  return last;
}

function protect(draft: Draft, random: Random): void {
  const subgraph = random.pick(draft);
  const rule = ruleOf(random);
  const types = [...subgraph.types.values()];
  const objects = types.filter(({ kind }) => kind === 'type');
  if (random.chance(0.2)) {
    // Types behind interfaces and unions are where an enforcement has most to miss.
    const unions = new Set(types.flatMap(({ kind, members }) => (kind === 'union' ? [...members.keys()] : [])));
    const behind = objects.filter(({ name, interfaces }) => interfaces.size > 0 || unions.has(name));
    random.maybe(behind)?.directives.add(rule);
    return;
  }
  if (random.chance(0.2)) {
    const isInterfaceObject = (name: string): boolean =>
      types.some((type) => type.name === name && type.directives.has('@interfaceObject'));
    random
      .pick(types.filter(({ kind, name }) => ['type', 'enum', 'scalar'].includes(kind) && !isInterfaceObject(name)))
      .directives.add(rule);
    return;
  }
  const type = random.pick(objects);
  const fields = [...type.fields].filter(([name]) => isOwned(draft, subgraph, type.name, name));
  random.maybe(fields)?.[1].directives.add(rule);
}

/** Rules on fields that a subgraph only mentions are composed nowhere. */
function isOwned(draft: Draft, { name }: SubgraphDraft, type: string, field: string): boolean {
  return ownersOf(sourcesOf(draft).map(readSubgraph), type, field).some((owner) => owner.name === name);
}

function ruleOf(random: Random): string {
  const kind = random.below(5);
  if (kind <= 1) return '@federation__authenticated';
  if (kind <= 3) return `@federation__requiresScopes(scopes: ${alternatives(SCOPES, random)})`;
  return `@federation__policy(policies: ${alternatives(POLICIES, random)})`;
}

function alternatives(names: readonly string[], random: Random): string {
  return JSON.stringify(Array.from({ length: random.between(1, 2) }, () => random.some(names, 2)));
}
