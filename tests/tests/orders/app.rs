//! The application whose requests meet, and what its pages show.

use axum::extract::{Path, State};
use session_runtime::{Error, Session, Sessions, with_session};
use session_tests::{Point, stop};

use crate::actions::{ACTIONS, Deed, Shop};
use crate::expected::Model;

pub(crate) async fn act(
    State(sessions): State<Sessions<Shop>>,
    Path((action, me)): Path<(usize, u8)>,
    session: Session<Shop>,
) -> Result<String, Error> {
    stop(Point::Mark).await;
    match ACTIONS[action].deed {
        Deed::Now(deed) => deed(&session, me),
        Deed::Later(deed) => return deed(session).await,
        Deed::Outside(deed) => return deed(sessions).await,
    }
    Ok(String::new())
}

/// What a page shows. Looking is no activity.
#[with_session(activity = false)]
pub(crate) async fn show(session: Option<&Shop>) -> String {
    session.map_or("anonymous".to_owned(), |shop| {
        let model = Model {
            user: shop.user.clone(),
            by: shop.by.as_ref().map(|by| by.user().clone()),
            count: shop.count,
            items: shop.items.clone(),
            name: shop.name.clone(),
            votes: shop.votes,
            coupon: shop.coupon,
            last: shop.last,
            done: [shop.left, shop.right],
            theme: shop.theme.clone(),
            ..Model::of(None)
        };
        model.shown()
    })
}

/// The session that the model is of.
pub(crate) fn filled(model: &Model) -> Shop {
    Shop {
        user: model.user.clone(),
        count: model.count,
        items: model.items.clone(),
        name: model.name.clone(),
        votes: model.votes,
        coupon: model.coupon,
        theme: model.theme.clone(),
        ..Shop::default()
    }
}
