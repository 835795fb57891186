//! The handlers. They name no framework.

use session_runtime::{Error, Session, Unavailable, with_session};

use crate::shared::Shop;

routes! {
    #[with_session]
    #[get("/visit")]
    async fn visit(session: &mut Shop) -> String {
        session.visits += 1;
        session.visits.to_string()
    }

    #[with_session]
    #[get("/seen")]
    async fn seen(session: Option<&Shop>) -> String {
        session.map_or_else(|| "nobody".to_owned(), |shop| format!("{} visits", shop.visits))
    }

    #[with_session(activity = false)]
    #[get("/status")]
    async fn status(session: Result<&Shop, Unavailable>) -> Result<String, Unavailable> {
        Ok(session?.visits.to_string())
    }

    #[with_session]
    #[get("/token")]
    async fn token(session: &Shop, handle: Session<Shop>) -> Result<String, Error> {
        let _ = session;
        Ok(handle.csrf_token()?.to_string())
    }

    #[with_session]
    #[post("/login")]
    async fn login(session: &mut Shop, handle: Session<Shop>) -> String {
        session.user = Some("ann".to_owned());
        handle.authenticated();
        "welcome".to_owned()
    }

    #[with_session(require = user, or = redirect("/login"))]
    #[get("/profile")]
    async fn profile(session: &Shop) -> String {
        session.user.clone().unwrap_or_default()
    }

    #[with_session(require = user, fresh = "5m", or = 404)]
    #[get("/keys")]
    async fn keys(session: &mut Shop) -> String {
        session.visits += 10;
        "the keys".to_owned()
    }

    #[with_session(csrf = form)]
    #[post("/form")]
    async fn form(session: &mut Shop, handle: Session<Shop>) -> Result<String, Error> {
        session.visits += 100;
        handle.verify_csrf("of another page")?;
        Ok("posted".to_owned())
    }

    #[with_session(csrf = false)]
    #[post("/hook")]
    async fn hook(session: &mut Shop) -> String {
        session.visits += 1;
        session.visits.to_string()
    }

    #[with_session]
    #[post("/logout")]
    async fn logout(session: &mut Shop) -> String {
        *session = Shop::default();
        "bye".to_owned()
    }

    #[with_session]
    #[get("/broken")]
    async fn broken(session: &mut Shop, handle: Session<Shop>) -> Result<String, Error> {
        session.visits += 1;
        // without `stage`, there is nothing that could be saved
        handle.save().await?;
        Ok("saved".to_owned())
    }
}
