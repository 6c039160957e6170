export { Ticket } from './ticket.entity';
export { TokenExpired, TokenInvalid } from './ticket.errors';
export { TicketService } from './ticket.service';
