import type { SeedCategory } from '../../subgraphs/product/seed';
import type { Archetype } from './catalogue';
import { slugOf } from './slug';

/** Shelves across the departments: a product stands there when it has the tag. */
const COLLECTIONS: readonly { readonly name: string; readonly tag: string; readonly description: string }[] = [
  { name: 'New Arrivals', tag: 'new', description: 'What came in during the last weeks.' },
  { name: 'Sale', tag: 'sale', description: 'For a smaller price than last week.' },
  { name: 'Gifts', tag: 'gift', description: 'For people who have everything, and for those who do not.' },
  { name: 'Plastic-Free', tag: 'plastic-free', description: 'Without plastic, in the thing and around it.' },
  { name: 'For the Commute', tag: 'commute', description: 'For the way to work and back, in any weather.' },
  { name: 'Winter', tag: 'winter', description: 'Warm things for cold days.' },
  { name: 'Summer', tag: 'summer', description: 'For the balcony, the lake and the long evenings.' },
  { name: 'Organic', tag: 'organic', description: 'Grown without what nobody wants to eat.' },
];

const TOP = 'Collections';

/** The category tree of the demo shop. */
export interface ShopTree {
  readonly categories: readonly SeedCategory[];
  /** The keys that a product with this path and these tags stands in. */
  placesOf(path: readonly string[], tags: readonly string[]): number[];
}

/** The tree that the archetypes' paths make, departments first, and the collections behind them. */
export function growTree(archetypes: readonly Archetype[]): ShopTree {
  const categories: SeedCategory[] = [];
  const idByPath = new Map<string, number>();
  const slugs = new Set<string>();
  const add = (path: readonly string[], description: string): number => {
    const key = path.join('>');
    const known = idByPath.get(key);
    if (known !== undefined) return known;
    const parentId = path.length === 1 ? null : add(path.slice(0, -1), describe(path.slice(0, -1), archetypes));
    const name = path.at(-1) ?? '';
    const slug = slugs.has(slugOf(name)) ? slugOf(path.join(' ')) : slugOf(name);
    slugs.add(slug);
    const id = categories.length + 1;
    categories.push({ id, parentId, name, slug, description, position: id });
    idByPath.set(key, id);
    return id;
  };
  for (const { head } of archetypes) add(head.categoryPath, describe(head.categoryPath, archetypes));
  const collections = new Map(COLLECTIONS.map(({ name, tag, description }) => [tag, add([TOP, name], description)]));
  return {
    categories,
    placesOf: (path, tags) => [idByPath.get(path.join('>')) ?? 1, ...tags.flatMap((tag) => collections.get(tag) ?? [])],
  };
}

function describe(path: readonly string[], archetypes: readonly Archetype[]): string {
  if (path[0] === TOP) return 'Picked from all departments.';
  const inside = archetypes.filter(({ head }) => path.every((name, at) => head.categoryPath[at] === name));
  const vendors = [...new Set(inside.map(({ head }) => head.vendor))].slice(0, 3);
  return `${path.at(-1)} by ${new Intl.ListFormat('en').format(vendors)} and others.`;
}
