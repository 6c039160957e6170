import { Column, Entity, PrimaryGeneratedColumn, VersionColumn } from 'typeorm';
import { MoneyColumn } from '../../../platform/db';

/** What is sold: a product in one choice of its options. Stock columns are changed by the stock slice alone. */
@Entity('product_variant')
export class VariantRecord {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'product_id' })
  productId: number;

  @Column('text', { nullable: true })
  sku: string | null;

  @Column('text')
  title: string;

  /** One value for each of the product's option names, in their order. */
  @Column('text', { name: 'option_values', array: true })
  optionValues: string[];

  @MoneyColumn()
  price: number;

  @MoneyColumn({ name: 'compare_at_price', nullable: true })
  compareAtPrice: number | null;

  @Column('integer', { name: 'weight_grams', nullable: true })
  weightGrams: number | null;

  @Column('text', { nullable: true })
  barcode: string | null;

  @Column('integer')
  position: number;

  @Column('integer', { name: 'image_id', nullable: true })
  imageId: number | null;

  @Column('integer', { name: 'stock_on_hand' })
  stockOnHand: number;

  @Column({ type: 'integer', name: 'stock_reserved', insert: false, update: false })
  stockReserved: number;

  @Column('boolean', { name: 'is_tracked' })
  isTracked: boolean;

  @Column('boolean', { name: 'allow_backorder' })
  allowBackorder: boolean;

  @Column('boolean', { name: 'requires_shipping' })
  requiresShipping: boolean;

  @Column('boolean')
  taxable: boolean;

  @VersionColumn()
  version: number;

  /** On hand less reserved, never below 0; computed by the database. */
  @Column({ type: 'integer', insert: false, update: false })
  available: number;

  @Column({ type: 'boolean', name: 'is_sellable', insert: false, update: false })
  isSellable: boolean;
}
