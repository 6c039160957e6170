import {
  Column,
  CreateDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { MoneyColumn } from '../../../platform/db';
import { Category } from '../category';

export const PRODUCT_STATUSES = ['DRAFT', 'ACTIVE', 'ARCHIVED'] as const;
export type ProductStatus = (typeof PRODUCT_STATUSES)[number];

/** A product as it is written. Reads of lists go around it, see `product.reads.ts`. */
@Entity('product')
export class ProductRecord {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('text')
  slug: string;

  @Column('text')
  name: string;

  @Column('text')
  description: string;

  @Column('text', { name: 'description_html' })
  descriptionHtml: string;

  @Column('text')
  vendor: string;

  @Column('text', { name: 'product_type' })
  productType: string;

  @Column('text', { name: 'tax_category' })
  taxCategory: string;

  @Column('text', { array: true })
  tags: string[];

  @Column('text')
  status: ProductStatus;

  @Column('text')
  currency: string;

  @Column('text', { name: 'option_names', array: true })
  optionNames: string[];

  @Column('text', { name: 'seo_title', nullable: true })
  seoTitle: string | null;

  @Column('text', { name: 'seo_description', nullable: true })
  seoDescription: string | null;

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  @VersionColumn()
  version: number;

  /** The lowest price of the variants; kept by the database. */
  @MoneyColumn({ insert: false, update: false })
  price: number;

  @MoneyColumn({ name: 'max_price', insert: false, update: false })
  maxPrice: number;

  @MoneyColumn({ name: 'compare_at_price', nullable: true, insert: false, update: false })
  compareAtPrice: number | null;

  /** What can be sold of all variants together; kept by the database. */
  @Column({ type: 'integer', name: 'stock_quantity', insert: false, update: false })
  stockQuantity: number;

  @Column({ type: 'boolean', name: 'is_available', insert: false, update: false })
  isAvailable: boolean;

  @ManyToMany(() => Category)
  @JoinTable({ name: 'product_category', joinColumn: { name: 'product_id' }, inverseJoinColumn: { name: 'category_id' } })
  categories?: Category[];
}
