export { Ticket, type TicketPurpose } from './ticket.entity';
export { TokenExpired, TokenInvalid } from './ticket.errors';
export { TicketService, type ValidTicket } from './ticket.service';
