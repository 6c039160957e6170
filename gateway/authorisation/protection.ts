import {
  isAbstractType,
  isObjectType,
  getNamedType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { Viewer } from '../../platform/auth';
import type { Denials } from './filter';
import { isMetBy, type Grants } from './requirement';
import type { Security } from './security';

/** What was granted of what one operation demands; equal texts see equal parts of it. */
export type GrantKey = string;

/** Who was granted all of it, which then runs as it stands. */
export const ALL_GRANTED: GrantKey = '';

const NO_POLICIES: ReadonlySet<string> = new Set();

/** What one operation demands of its viewers, of all its selections together. */
export class Protection {
  /** The policies that its parts ask for; none where scopes decide. */
  readonly policies: readonly string[];
  private readonly ofAnonymous: GrantKey | null;
  /** By the list of scopes: tokens keep theirs, so that it is looked through once for each token. */
  private readonly ofScopes = new WeakMap<readonly string[], GrantKey>();

  /** @param numbers of the requirements, each once */
  constructor(
    private readonly security: Security,
    private readonly numbers: readonly number[],
  ) {
    this.policies = [...new Set(numbers.flatMap((number) => security.requirement(number).policies.flat(2)))];
    this.ofAnonymous =
      this.policies.length > 0 ? null : this.keyOf({ isAuthenticated: false, scopes: [], policies: NO_POLICIES });
  }

  /** What a viewer is granted where no policy is asked. */
  keyFor(viewer: Viewer): GrantKey {
    if (viewer.kind === 'anonymous' && this.ofAnonymous !== null) return this.ofAnonymous;
    let key = this.ofScopes.get(viewer.scopes);
    if (key === undefined) {
      key = this.keyWith(viewer, NO_POLICIES);
      this.ofScopes.set(viewer.scopes, key);
    }
    return key;
  }

  /** @param policies those that hold for this request */
  keyWith(viewer: Viewer, policies: ReadonlySet<string>): GrantKey {
    const isAuthenticated = viewer.kind !== 'anonymous';
    return this.keyOf({ isAuthenticated, scopes: isAuthenticated ? viewer.scopes : [], policies });
  }

  /** What must not be seen by those who were granted this. */
  denials(key: GrantKey): Denials {
    const met = new Set(this.numbers.filter((_number, at) => key === ALL_GRANTED || key[at] === '1'));
    // What the operation was not known to ask for is denied as well.
    const isDenied = (number: number | undefined): boolean => number !== undefined && !met.has(number);
    return {
      field: (type, field) => isDenied(this.security.ofField(type, field)),
      type: (type) => isDenied(this.security.ofType(type)),
    };
  }

  private keyOf(grants: Grants): GrantKey {
    const met = this.numbers.map((number) => isMetBy(this.security.requirement(number), grants));
    return met.every(Boolean) ? ALL_GRANTED : met.map((isMet) => (isMet ? '1' : '0')).join('');
  }
}

/** `null` for an operation that everybody may ask as it stands. */
export function protectionOf(security: Security, schema: GraphQLSchema, document: DocumentNode): Protection | null {
  if (security.isEmpty) return null;
  const numbers = new Set<number>();
  const note = (number: number | undefined): void => void (number !== undefined && numbers.add(number));
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: ({ name: { value: field } }) => {
        const parent = typeInfo.getParentType();
        const type = getNamedType(typeInfo.getType());
        if (!parent) return;
        for (const object of objectsOf(schema, parent)) note(security.ofField(object, field));
        if (type) for (const object of objectsOf(schema, type)) note(security.ofType(object));
      },
    }),
  );
  return numbers.size === 0
    ? null
    : new Protection(
        security,
        [...numbers].sort((a, b) => a - b),
      );
}

function objectsOf(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type).map(({ name }) => name);
  return isObjectType(type) ? [type.name] : [];
}
