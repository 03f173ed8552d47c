export { type CardField, createCardField, createHttpCardTransport } from './card-field.ts'
export { type ControlOrders, createControlApp } from './control-app.ts'
export { type ControlClient, createControlClient } from './control-client.ts'
export {
  DEMONSTRATION_VERIFIER,
  type DemonstrationVerifierOptions,
} from './demonstration-verifier.ts'
export { openNationalClearing } from './national/clear-day.ts'
export {
  type NationalDay,
  nationalRoomBytes,
  readNationalDay,
  requireRoom,
  takeFolder,
  writeNationalDay,
} from './national/day-folder.ts'
export { generateDay } from './national/generate-day.ts'
export { openVerifier } from './national/national-verifier.ts'
export {
  openRole,
  SERVED_ROLES,
  type ServedParties,
  type ServedRole,
  servedIds,
} from './open-role.ts'
export { type ClosedDay, closedDay } from './orders.ts'
export { createRemotePorts, type RemotePorts, tokenOf } from './remote-ports.ts'
