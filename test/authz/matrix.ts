import type { Json, ViewerName } from './viewers';
import type { World } from './world';

/** Who asks. `customer` owns what the world holds; `other` is a customer without any part in it. */

/**
 * What somebody gets: the field's value (`allowed`), `null` (nothing, without a word), the code of a refusal
 * (`UNAUTHENTICATED`), or the type of an expected failure in the payload (`OrderNotFound`).
 */
export type Verdict = string;
export type Verdicts = Readonly<Record<ViewerName, Verdict>>;

/** A field of the graph and what each viewer gets of it. */
export interface Row {
  /** `Type.field` as in `schema/api.graphql`; what stands behind it in brackets tells rows of one field apart. */
  readonly field: string;
  readonly operation: string;
  /** Made anew for each viewer, so that rows may use up what they touch. */
  readonly variables?: (world: World, viewer: ViewerName) => Json | Promise<Json>;
  /** What of the answer is judged; the root field itself unless told. */
  readonly pick?: (data: never, variables: never) => unknown;
  /** The viewer is somebody of the same roles who was made for this row alone, because the row ends accounts or sessions. */
  readonly isThrowaway?: boolean;
  readonly expected: Verdicts;
}

export const everyone = (verdict: Verdict = 'allowed'): Verdicts => verdicts(verdict, verdict, verdict, verdict, verdict);
export const signedIn = verdicts('UNAUTHENTICATED', 'allowed', 'allowed', 'allowed', 'allowed');
export const staffOnly = verdicts('UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'allowed', 'allowed');
export const adminOnly = verdicts('UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'allowed');
/** Others are told nothing, or that there is no such thing. */
export const ownerOnly = (refusal: Verdict): Verdicts => verdicts(refusal, 'allowed', refusal, refusal, refusal);
export const ownerAndStaff = (refusal: Verdict): Verdicts => verdicts(refusal, 'allowed', refusal, 'allowed', 'allowed');
/** Not even its owner, who is a customer. */
export const staffElse = (refusal: Verdict): Verdicts => verdicts(refusal, refusal, refusal, 'allowed', 'allowed');
export const signedInOwner = (refusal: Verdict): Verdicts => ({ ...ownerOnly(refusal), anonymous: 'UNAUTHENTICATED' });

function verdicts(anonymous: Verdict, customer: Verdict, other: Verdict, staff: Verdict, admin: Verdict): Verdicts {
  return { anonymous, customer, other, staff, admin };
}
