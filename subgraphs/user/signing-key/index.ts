export { SigningKey } from './signing-key.entity';
export { SigningKeyResolver } from './signing-key.resolver';
export { SigningKeyService } from './signing-key.service';
