//! Every order of two actors' steps, by running from the start with one choice changed at a time.

/// The choices of one run: who goes next, as long as both can.
pub(crate) struct Order {
    choices: Vec<usize>,
    next: usize,
}

impl Order {
    /// Who of the two goes on.
    pub(crate) fn who(&mut self) -> usize {
        if self.next == self.choices.len() {
            self.choices.push(0);
        }
        self.next += 1;
        self.choices[self.next - 1]
    }

    /// The next order, in which a run has not been; how many choices there are depends on what was chosen.
    fn advance(self) -> Option<Self> {
        let mut choices = self.choices;
        while choices.last() == Some(&1) {
            choices.pop();
        }
        *choices.last_mut()? = 1;
        Some(Self { choices, next: 0 })
    }
}

/// Runs in every order, and says how many there were.
pub(crate) async fn every_order(mut run: impl AsyncFnMut(&mut Order)) -> usize {
    let (mut order, mut count) = (Order { choices: Vec::new(), next: 0 }, 0);
    loop {
        run(&mut order).await;
        count += 1;
        match order.advance() {
            Some(next) => order = next,
            None => return count,
        }
    }
}

#[tokio::test]
async fn two_actors_of_four_steps_have_seventy_orders_each_another() {
    let mut seen = std::collections::BTreeSet::new();
    let count = every_order(async |order| {
        let (mut left, mut went) = ([4, 4], String::new());
        while left != [0, 0] {
            let who = match left {
                [0, _] => 1,
                [_, 0] => 0,
                _ => order.who(),
            };
            left[who] -= 1;
            went.push(if who == 0 { 'a' } else { 'b' });
        }
        seen.insert(went);
    });
    assert_eq!((count.await, seen.len()), (70, 70));
}
