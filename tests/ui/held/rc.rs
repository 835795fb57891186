use session_runtime::session;

#[session]
struct Shop {
    name: Option<std::rc::Rc<String>>,
}

fn main() {}
