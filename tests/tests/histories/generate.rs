//! What happens, drawn from a seed. Each step stands for itself, so any of them can be left out.

/// What a handler does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Change(&'static str, u8),
    /// Everything of the root at its default.
    Clear,
    /// Shows the message.
    Show,
    Save,
    Take,
    Destroy,
    Rotate,
    Renew,
    Authenticated,
    /// Issues a CSRF token.
    Issue,
    /// Acts as this user.
    Impersonate(u8),
    /// Comes back.
    Return,
    /// Shows a token, issued so many before the last one, to whichever browser.
    Prove(usize),
}

/// One step of a history. A request is known by its desk: there are as many as may be under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A browser sends a request, unless there is one at this desk: with the cookie that it has, or with one that it had so
    /// many cookies ago.
    Begin { desk: usize, browser: usize, ago: usize },
    /// Its handler does something.
    Do(usize, Op),
    /// Its handler returns with this status.
    End(usize, u16),
    /// The same, and nobody hears the answer.
    Lose(usize),
    /// So many milliseconds pass.
    Wait(u64),
}

pub(crate) const BROWSERS: usize = 3;
pub(crate) const DESKS: usize = 3;

/// xorshift64*: the same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }

    fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).unwrap()
    }
}

/// Fields that meet often, and those that end a session now and then.
const KEYS: [&str; 22] = [
    "plain",
    "count",
    "count",
    "high",
    "low",
    "tags",
    "tags",
    "log",
    "log",
    "name",
    "votes",
    "votes",
    "coupons",
    "notice",
    "notice",
    "code",
    "code",
    "theme",
    "cart.items",
    "cart.note",
    "user",
    "admin",
];

/// In flight for longer than this, a request would find out when a store sweeps, which is the store's affair.
pub(crate) const LONGEST_FLIGHT: u64 = 50_000;

/// From this seed on, histories are about impersonation.
pub(crate) const ACTING: u64 = 10_000;

pub(crate) fn history(seed: u64, steps: usize) -> Vec<Step> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let acting = seed >= ACTING;
    // some histories are about one browser with many tabs, and most about few fields, which then meet
    let browsers = dice.of(&[1, 1, 1, 2, 3]);
    let keys: Vec<_> = (0..dice.of(&[2, 4, 8])).map(|_| dice.of(&KEYS)).collect();
    // without that, most requests would be strangers
    let mut history = Vec::new();
    for browser in 0..browsers {
        history.push(Step::Begin { desk: 0, browser, ago: 0 });
        for (key, n) in [
            ("user", if acting { 1 } else { dice.of(&[0, 1, 2]) }),
            ("coupons", 5),
            ("coupons", 6),
            ("admin", dice.of(&[0, 1])),
        ] {
            history.push(Step::Do(0, Op::Change(key, n)));
        }
        if acting && seed.is_multiple_of(3) {
            history.push(Step::Do(0, Op::Impersonate(2)));
        }
        history.push(Step::End(0, 200));
    }
    // some are about renewals, and need ids that are not new
    let renewing = dice.of(&[true, false, false]);
    if renewing {
        history.push(Step::Wait(31_000));
    }
    history.extend((0..steps).map(|_| step(&mut dice, browsers, &keys, About { renewing, acting })));
    history
}

/// What happens often in a history.
#[derive(Clone, Copy)]
struct About {
    renewing: bool,
    acting: bool,
}

fn step(dice: &mut Dice, browsers: usize, keys: &[&'static str], about: About) -> Step {
    let renewing = about.renewing;
    let desk = dice.index(DESKS);
    let cookies: &[usize] = if renewing { &[0, 1] } else { &[0, 0, 0, 0, 0, 0, 0, 1, 2] };
    match dice.below(if renewing { 115 } else { 100 }) {
        0..26 => Step::Begin { desk, browser: dice.index(browsers), ago: dice.of(cookies) },
        26..70 => Step::Do(desk, op(dice, keys, about)),
        70..90 => Step::End(desk, dice.of(&[200, 200, 200, 200, 200, 404, 500])),
        90..92 => Step::Lose(desk),
        _ if renewing => Step::Wait(dice.of(&WAITS[..WAITS.len() / 2])),
        _ => Step::Wait(dice.of(&WAITS)),
    }
}

/// The first half is about renewals.
const WAITS: [u64; 24] = [
    1_000, 1_000, 5_000, 5_000, 25_000, 29_999, 30_000, 31_000, 31_000, 119_000, 179_999, 180_000, 1_000,
    1_000, 1_000, 25_000, 120_000, 180_000, 299_999, 300_000, 300_000, 1_799_999, 1_800_000, 6_000_000,
];

fn op(dice: &mut Dice, keys: &[&'static str], About { renewing, acting }: About) -> Op {
    if acting && dice.below(5) == 0 {
        return dice.of(&[
            Op::Impersonate(1),
            Op::Impersonate(2),
            Op::Impersonate(2),
            Op::Return,
            Op::Return,
        ]);
    }
    let n = u8::try_from(dice.below(14)).unwrap();
    match dice.below(if renewing { 70 } else { 44 }) {
        0..28 => Op::Change(dice.of(keys), n),
        28 => Op::Change("cart.staff", n),
        29 => Op::Change(dice.of(&KEYS), n),
        30 => Op::Show,
        31..34 => Op::Save,
        34..36 => Op::Take,
        36 => Op::Clear,
        37 => Op::Destroy,
        38 => Op::Rotate,
        39 => Op::Authenticated,
        40 | 44..54 => Op::Renew,
        41 | 54..60 => Op::Issue,
        _ => Op::Prove(dice.of(&[0, 0, 0, 1, 2])),
    }
}

/// A shorter history that fails, too: leaves out as much as it can, in ever smaller pieces.
pub(crate) async fn shortened(mut steps: Vec<Step>, fails: impl AsyncFn(&[Step]) -> bool) -> Vec<Step> {
    let mut piece = steps.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < steps.len() {
            let end = (at + piece).min(steps.len());
            let without = [&steps[..at], &steps[end..]].concat();
            if fails(&without).await {
                steps = without;
            } else {
                at = end;
            }
        }
        piece /= 2;
    }
    steps
}
