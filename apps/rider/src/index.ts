export { type MountedRideCode, mountRideCode, type RideCodeOptions } from './code/mount.ts'
