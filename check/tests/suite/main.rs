//! The suite itself: no false alarm, and each planted fault is found where it belongs.

mod answers;
mod faulty;
mod first;
mod lenient;
mod memory;
mod own;
mod receiver;
mod slow;
mod slow_faulty;
mod sockets;
