import { decimalToMinor } from '../../../platform/db';
import type { DiscountKind } from './discount-code.entity';
import type { DiscountRefusal } from './discount-code-invalid.error';

/** What pricing must know of a code, at the moment of reading. */
export interface DiscountRule {
  readonly id: number;
  readonly code: string;
  readonly description: string;
  readonly kind: DiscountKind;
  readonly percentage: number | null;
  readonly amountMinor: number | null;
  readonly minimumSubtotalMinor: number | null;
  readonly isStarted: boolean;
  readonly isEnded: boolean;
  readonly isUsedUp: boolean;
  /** Empty when it is not restricted to products. */
  readonly productIds: readonly number[];
  /** Empty when it is not restricted to categories. */
  readonly categoryIds: readonly number[];
}

/** As {@link discountRuleSql} reads it. */
export type DiscountRuleRow = Omit<DiscountRule, 'amountMinor' | 'minimumSubtotalMinor'> & {
  readonly amount: string | null;
  readonly minimumSubtotal: string | null;
};

/**
 * SQL for the rule of a code as JSON, NULL for one that does not exist or is switched off. Whether it is used up is told
 * for a customer as well, where their key is known. The arguments are SQL, such as `$1`.
 */
export function discountRuleSql(code: string, userId: string): string {
  return `(SELECT jsonb_build_object('id', d.id, 'code', d.code, 'description', d.description, 'kind', d.kind, 'percentage', d.percentage,
      'amount', d.amount::text, 'minimumSubtotal', d.minimum_subtotal::text, 'productIds', d.product_ids, 'categoryIds', d.category_ids,
      'isStarted', COALESCE(d.starts_at <= now(), true), 'isEnded', COALESCE(d.ends_at <= now(), false),
      'isUsedUp', COALESCE(d.used_count >= d.usage_limit, false) OR COALESCE(d.usage_limit_per_customer <= (SELECT count(*)
        FROM discount_use u WHERE u.discount_id = d.id AND u.user_id = ${userId} AND u.given_back_at IS NULL), false))
    FROM discount_code d WHERE d.code = ${code} AND d.is_active)`;
}

export function discountRuleOf({ amount, minimumSubtotal, ...row }: DiscountRuleRow): DiscountRule {
  return {
    ...row,
    amountMinor: amount === null ? null : decimalToMinor(amount),
    minimumSubtotalMinor: minimumSubtotal === null ? null : decimalToMinor(minimumSubtotal),
  };
}

/** What a code is judged by. */
export interface DiscountSituation {
  readonly subtotalMinor: number;
  /** Whether any line is one that the code applies to. */
  readonly isApplicable: boolean;
}

/** Why a code cannot be used, or `null` when it can. */
export function refusalOf(rule: DiscountRule | null, situation: DiscountSituation): DiscountRefusal | null {
  if (!rule) return 'UNKNOWN';
  if (!rule.isStarted) return 'NOT_YET_VALID';
  if (rule.isEnded) return 'EXPIRED';
  if (rule.isUsedUp) return 'USED_UP';
  if (rule.minimumSubtotalMinor !== null && situation.subtotalMinor < rule.minimumSubtotalMinor) return 'BELOW_MINIMUM';
  return situation.isApplicable ? null : 'NOT_APPLICABLE';
}
