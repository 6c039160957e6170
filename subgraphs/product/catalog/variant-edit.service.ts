import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import type { IdempotencyService } from '../../../platform/idempotency';
import { changeOnce, type NamedBy } from '../named-change';
import { orRefusal, Refused, violatedConstraint, type Outcome } from '../refused';
import { readOptionalText, readWhole } from '../text-input';
import {
  LastVariant,
  OptionsTaken,
  ProductNotFound,
  ProductVariantNotFound,
  ProductVariantVersionConflict,
  SkuTaken,
  StockReserved,
  TooManyVariants,
  type VariantEditFailure,
} from './catalog.errors';
import { productChanged } from './catalog.events';
import type { NewVariantInput } from './product-edit.inputs';
import { MAX_VARIANTS, readNewVariant, readOptionValues, readPrice, readWeight, titleOf } from './read-input';
import type { UpdateVariantInput } from './variant-edit.inputs';
import { VariantRecord } from './variant.entity';
import { insertVariants, variantKeysOf } from './variant.writes';

export interface EditedVariant {
  readonly productKey: number;
  /** `null` when it was removed. */
  readonly variantKey: number | null;
}

type Edit = Promise<Outcome<EditedVariant, VariantEditFailure>>;

/** Makes and changes variants, for staff. Variants are locked before their product, as everywhere. */
export class VariantEditService {
  /** @param onChanged ends caches that count products; called after each commit */
  constructor(
    private readonly database: DataSource,
    private readonly idempotency: IdempotencyService,
    private readonly currency: string,
    private readonly onChanged: () => Promise<void>,
  ) {}

  add(productKey: number, input: NewVariantInput, { actor, name }: NamedBy): Edit {
    return changeOnce<EditedVariant, VariantEditFailure>(this.idempotency, name, [productKey, input], (remember) =>
      this.change(async (tx) => {
        const edited = { productKey, variantKey: await this.insert(tx, productKey, input, actor) };
        await remember(tx, edited);
        return edited;
      }),
    );
  }

  update(variantKey: number, input: UpdateVariantInput): Edit {
    return this.change(async (tx) => {
      const variant = await lockVariant(tx, variantKey, input.expectedVersion);
      const { optionValues } = input;
      if (optionValues) {
        variant.optionValues = readOptionValues(optionValues, variant.optionValues.length, 'input.optionValues');
        variant.title = titleOf(variant.optionValues);
      }
      this.merge(variant, input);
      // Counting stock again while more is promised than there is would oversell; the table refuses that, too.
      const isBound = variant.isTracked && !variant.allowBackorder;
      if (isBound && variant.stockReserved > Math.max(variant.stockOnHand, 0))
        throw new Refused(StockReserved.make(variant.stockReserved));
      await tx.save(variant);
      return { productKey: variant.productId, variantKey };
    });
  }

  remove(variantKey: number, expectedVersion: number | null): Edit {
    return this.change(async (tx) => {
      const variant = await lockVariant(tx, variantKey, expectedVersion);
      if (variant.stockReserved > 0) throw new Refused(StockReserved.make(variant.stockReserved));
      await tx.delete(VariantRecord, variantKey);
      if ((await variantKeysOf(tx, variant.productId)).length === 0) throw new Refused(LastVariant.make());
      return { productKey: variant.productId, variantKey: null };
    });
  }

  private async insert(tx: EntityManager, productKey: number, input: NewVariantInput, actor: string): Promise<number | null> {
    // Serialises additions to one product, so that two of them cannot both be the hundredth.
    await tx.query('SELECT pg_advisory_xact_lock(724023, $1)', [productKey]);
    const [product]: { options: number; variants: number }[] = await tx.query(
      `SELECT cardinality(option_names) AS options, (SELECT count(*)::integer FROM product_variant WHERE product_id = p.id) AS variants
       FROM product p WHERE id = $1`,
      [productKey],
    );
    if (!product) throw new Refused(ProductNotFound.make());
    if (product.variants >= MAX_VARIANTS) throw new Refused(TooManyVariants.make(MAX_VARIANTS));
    const variant = readNewVariant(input, product.options, this.currency, 'input.variant');
    const [variantKey = null] = await insertVariants(tx, productKey, [variant], actor);
    return variantKey;
  }

  private merge(variant: VariantRecord, input: UpdateVariantInput): void {
    if (input.sku !== undefined) variant.sku = readOptionalText(input.sku, 'input.sku', 100);
    if (input.barcode !== undefined) variant.barcode = readOptionalText(input.barcode, 'input.barcode', 100);
    if (input.price) variant.price = readPrice(input.price, this.currency, 'input.price');
    if (input.compareAtPrice) variant.compareAtPrice = readPrice(input.compareAtPrice, this.currency, 'input.compareAtPrice');
    if (input.clearCompareAtPrice) variant.compareAtPrice = null;
    if (input.weightGrams !== undefined) variant.weightGrams = readWeight(input.weightGrams, 'input.weightGrams');
    variant.isTracked = input.isTracked ?? variant.isTracked;
    variant.allowBackorder = input.allowBackorder ?? variant.allowBackorder;
    variant.requiresShipping = input.requiresShipping ?? variant.requiresShipping;
    if (typeof input.position === 'number') variant.position = readWhole(input.position, 'input.position', 1, 1000);
  }

  private async change(work: (tx: EntityManager) => Promise<EditedVariant>): Edit {
    const outcome = await orRefusal<VariantEditFailure, EditedVariant>(() =>
      inTransaction(this.database, async (tx) => {
        const edited = await work(tx);
        const keys = await variantKeysOf(tx, edited.productKey);
        await recordEvents(tx, [productChanged('UPDATED', edited.productKey, keys)]);
        return edited;
      }).catch((error: unknown) => {
        throw refusalOf(error);
      }),
    );
    if (outcome.result !== null) await this.onChanged();
    return outcome;
  }
}

async function lockVariant(tx: EntityManager, key: number, expectedVersion: number | null | undefined): Promise<VariantRecord> {
  const variant = await tx.findOne(VariantRecord, { where: { id: key }, lock: { mode: 'for_no_key_update' } });
  if (!variant) throw new Refused(ProductVariantNotFound.make());
  if (typeof expectedVersion === 'number' && variant.version !== expectedVersion) {
    throw new Refused(ProductVariantVersionConflict.make(key, variant.version));
  }
  return variant;
}

function refusalOf(error: unknown): unknown {
  const constraint = violatedConstraint(error);
  if (constraint === 'product_variant_sku_key') return new Refused(SkuTaken.make());
  if (constraint === 'product_variant_product_id_option_values_key') return new Refused(OptionsTaken.make());
  return error;
}
