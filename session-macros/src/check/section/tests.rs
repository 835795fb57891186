use super::snake_case;

#[test]
fn the_name_of_a_section() {
    assert_eq!(snake_case("Cart"), "cart");
    assert_eq!(snake_case("ShoppingCart"), "shopping_cart");
    assert_eq!(snake_case("HTTPLog"), "http_log");
    assert_eq!(snake_case("Cart2"), "cart2");
    assert_eq!(snake_case("already_small"), "already_small");
}
