use super::*;

fn found(queries: &[&str], post: &Post<'_>) -> Vec<u32> {
    let queries: Vec<Query> = queries.iter().map(|it| Query::parse(it).unwrap()).collect();
    let index = Index::build((0..).zip(&queries), Counts::default());
    index.matcher().matches(post, &mut Scratch::default()).to_vec()
}

#[test]
fn it_answers() {
    assert_eq!(
        found(
            &["été", "l'été AND plage", "hiver", "#ete", "\"bel été\""],
            &Post::of("Un bel #été à la plage, l’été !")
        ),
        [0, 1, 3, 4]
    );
}
