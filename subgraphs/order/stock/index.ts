export { createOfferLoader, type OfferLoader } from './offer.loader';
export { createStockPort, type Offer, type Shortage, type StockLine, type StockPort } from './stock.port';
