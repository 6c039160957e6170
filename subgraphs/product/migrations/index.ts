import { First1764000000000 } from './1764000000000-first';
import { Catalogue1764000100000 } from './1764000100000-catalogue';
import { Search1764000200000 } from './1764000200000-search';
import { SearchMode1764000300000 } from './1764000300000-search-mode';
import { Jobs1764000500000 } from './1764000500000-jobs';
import { HotStock1764000700000 } from './1764000700000-hot-stock';
import { TaxCategory1764000710000 } from './1764000710000-tax-category';
import { NamedRequests1764000800000 } from './1764000800000-named-requests';
import { StockBounds1764000900000 } from './1764000900000-stock-bounds';
import { Positions1764001000000 } from './1764001000000-positions';

/** All migrations of the product database, oldest first. */
export const PRODUCT_MIGRATIONS = [
  First1764000000000,
  Catalogue1764000100000,
  Search1764000200000,
  SearchMode1764000300000,
  Jobs1764000500000,
  HotStock1764000700000,
  TaxCategory1764000710000,
  NamedRequests1764000800000,
  StockBounds1764000900000,
  Positions1764001000000,
];
