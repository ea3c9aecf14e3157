//! The suite itself: no false alarm, and each planted fault is found where it belongs.

mod faulty;
mod first;
mod memory;
mod own;
mod receiver;
mod slow;
mod slow_faulty;
mod sockets;
