//! A range of addresses, as `10.0.0.0/8` names it.

use std::fmt;
use std::net::IpAddr;

use crate::error::Error;

/// The addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, prefix } = self;
        if *prefix == bits(*address) { write!(f, "{address}") } else { write!(f, "{address}/{prefix}") }
    }
}

impl Network {
    /// Reads an address, or one with the number of bits that count.
    ///
    /// # Errors
    /// [`Error::is_config`] if the text is neither, if it has bits beyond those that count, or if none counts: that would
    /// be everybody.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refused = |why: &str| Error::config(format!("`{}` {why}", text.escape_debug()));
        let no_network =
            || refused("is no address and no network: write `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| no_network())?;
        let bits = bits(address);
        let prefix = match prefix {
            None => bits,
            // `parse` alone would take `+8`
            Some(digits) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= bits).ok_or_else(no_network)?
            }
            Some(_) => return Err(no_network()),
        };
        let network = Self { address: address.to_canonical(), prefix: canonical(address, prefix) };
        // also as `::ffff:0.0.0.0/96`
        if network.prefix == 0 {
            return Err(refused("is everybody, and not everybody is to be believed"));
        }
        if number(address) & !mask(bits, prefix) != 0 {
            return Err(refused("has bits beyond those that count"));
        }
        Ok(network)
    }

    /// Whether the address is one of them. An IPv4 address counts as that also where it is written in IPv6.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let bits = bits(self.address);
        address.is_ipv4() == self.address.is_ipv4()
            && (number(address) ^ number(self.address)) & mask(bits, self.prefix) == 0
    }
}

/// The bits that count, of the address as [`IpAddr::to_canonical`] makes it.
fn canonical(address: IpAddr, prefix: u8) -> u8 {
    if address.is_ipv6() && address.to_canonical().is_ipv4() { prefix.saturating_sub(96) } else { prefix }
}

const fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The first `prefix` of `bits` bits.
fn mask(bits: u8, prefix: u8) -> u128 {
    let all = if bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
    // more than all bits cannot be shifted out
    all & !all.checked_shr(u32::from(prefix)).unwrap_or(0)
}
